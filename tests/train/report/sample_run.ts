/** The files of a run over any number of classes, as its report is made of: random, but like a training. */
import { rng } from "../../../src/base/rng.ts";
import { encodeJpeg } from "../../../src/host/deno_images.ts";
import { chooseRows } from "../../../src/train/report/choose_pictures.ts";
import { type Calibration, calibrationOf } from "../../../src/train/calibration.ts";
import type { Outputs } from "../../../src/train/run_state.ts";
import type { RunFiles } from "../../../src/train/report/run_records.ts";
import { type Predictions, predictionsOf, type ReportData } from "../../../src/train/report/report_data.ts";

/** What the run is about. */
export interface SampleRunOptions {
  readonly classes: readonly string[];
  readonly samples: number;
  readonly epochs: number;
  /** The most pictures of a split. */
  readonly pictures: number;
  readonly side: number;
}

/** Class names of which some are markup, quoted, long or not Latin, and the others numbers. */
export function classNames(count: number): string[] {
  const odd = [
    "<script>alert(1)</script>",
    `"quoted" & 'single'`,
    "a class with a rather long name",
    "Жёлтый",
  ];
  return [...Array.from({ length: count - odd.length }, (_, i) => String(i)), ...odd];
}

/** Outputs in which two classes of three are often mixed up with their neighbour. */
function sampleOutputs(classes: number, samples: number, split: "valid" | "test"): Outputs {
  const stream = rng(5, split, classes);
  const labels = Uint32Array.from({ length: samples }, () => stream.integer(classes));
  const logits = Float32Array.from({ length: samples * classes }, () => 1.2 * stream.normal());
  for (const [row, label] of labels.entries()) {
    const taken = stream.uniform() < .12 ? (label + 1) % classes : label;
    logits[row * classes + taken] += 6;
  }
  return { split, logits, labels, indices: Uint32Array.from(labels.keys()) };
}

/** What is kept of these. */
export function samplePredictions(
  classes: number,
  samples: number,
  split: "valid" | "test",
  calibration?: Calibration,
): Predictions {
  const outputs = sampleOutputs(classes, samples, split), tally = { loss: .4, top1: .8, top5: .97 };
  return predictionsOf(outputs, classes, tally, { epoch: 3, step: 400, calibration });
}

/** The files by path. */
export async function sampleRun(options: SampleRunOptions): Promise<Map<string, string>> {
  const { classes, epochs } = options;
  const stream = rng(6, "sample run");
  const weights = { classes, epoch: 3, step: 400, minPrecision: .95 };
  const calibration = calibrationOf(sampleOutputs(classes.length, options.samples, "valid"), weights);
  const valid = samplePredictions(classes.length, options.samples, "valid", calibration);
  const test = samplePredictions(classes.length, options.samples, "test", calibration);
  const counts = (of: number) =>
    classes.map((_, i) => 1 + Math.round(of / (1 + i / 8) + 9 * stream.uniform()));
  const data: ReportData = {
    status: "finished",
    epochs,
    max_epochs: epochs,
    batches_per_epoch: 100,
    classes,
    samples: [["train", 90], ["valid", 20], ["test", 20]].map(([name, of]) => ({
      name: String(name),
      counts: counts(Number(of)),
    })),
    health: [{
      severity: "warning",
      title: "Classes missing from a split",
      advice: "Move samples there from train.",
      items: [classes.at(-2)!],
      count: 1,
    }],
    checkpoints: ["checkpoints/sample/last.safetensors"],
    calibration,
    valid,
    test,
  };
  const pictures = { valid: await picturesOf(valid, options), test: await picturesOf(test, options) };
  const metrics: object[] = [], timings: object[] = [];
  for (let step = 10; step <= 100 * epochs; step += 10) {
    const epoch = Math.ceil(step / 100) - 1, fall = Math.exp(-step / 150);
    const noise = () => .9 + .2 * stream.uniform();
    const ends = step % 100 === 0;
    metrics.push({
      epoch,
      step,
      "lr-AdamW": 1e-3 * (1 + Math.cos(Math.PI * step / 100 / epochs)) / 2,
      ...(ends
        ? {
          "train/loss_epoch": 3 * fall + .2,
          "val/loss": (3.1 * fall + .4) * noise(),
          "train/acc_top1": 1 - .8 * fall,
          "val/acc_top1": .95 - .7 * fall,
          "val/acc_top5": .99 - .4 * fall,
        }
        : { "train/loss_step": (3 * fall + .2) * noise() }),
    });
    timings.push({
      epoch,
      step,
      "time/images_per_second": 300 * noise(),
      "time/data_wait": .02 * noise(),
      ...(ends ? { "time/epoch_seconds": 20, "memory/peak_bytes": 2.1e8 } : {}),
    });
  }
  const lines = (rows: object[]) => rows.map((row) => JSON.stringify(row) + "\n").join("");
  return new Map([
    [
      ".hydra/config.yaml",
      `seed: 7\nexperiment: sample\noptimizer:\n  lr: 1.0e-3\n  betas: [0.9, 0.999]\ntrainer:\n  max_epochs: ${epochs}\n`,
    ],
    [".hydra/overrides.yaml", `- trainer.max_epochs=${epochs}\n`],
    [
      "run.json",
      JSON.stringify({
        experiment: "sample",
        seed: 7,
        adapter: "llvmpipe",
        runtime: "Deno",
        commit: "0f".repeat(20),
      }),
    ],
    ["epoch_000/confusion_matrix.png", ""],
    ["report.json", JSON.stringify(data)],
    ["report_pictures.json", JSON.stringify(pictures)],
    ["metrics.jsonl", lines(metrics)],
    ["timings.jsonl", lines(timings)],
  ]);
}

/** Noise with a disc, in JPEG. */
async function picturesOf(predictions: Predictions, { pictures, side, classes }: SampleRunOptions) {
  const entries = chooseRows(predictions, pictures).map(async (row) => {
    const stream = rng(8, row), label = predictions.labels[row] / classes.length;
    const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3), x = pixel % side - side / 2, y = Math.floor(pixel / side) - side / 2;
      return (Math.hypot(x, y) < side / 3 ? 200 * label + 40 : 90 + 20 * (i % 3)) + 15 * stream.uniform();
    });
    const jpeg = await encodeJpeg({ width: side, height: side, data }, 85);
    const index = predictions.indices[row];
    return [index, { path: `${predictions.step}/${index}.png`, jpeg: jpeg.toBase64() }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** A folder in memory. */
export function memoryFiles(files: ReadonlyMap<string, string>): RunFiles {
  return {
    folder: "outputs/2026-11-20/12-00-00",
    text: (path) => Promise.resolve(files.get(path)),
    bytes: (path) => Promise.resolve(bytesOf(files.get(path))),
    list: () => Promise.resolve([...files].map(([path, { length: bytes }]) => ({ path, bytes }))),
  };
}

function bytesOf(text: string | undefined): Uint8Array | undefined {
  return text === undefined ? undefined : new TextEncoder().encode(text);
}
