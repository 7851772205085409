/** The files of runs in one tree: a sweep of jobs of which some are better than others, one failed, and one never ran. */
import { rng } from "../../../src/base/rng.ts";
import { memoryTree } from "../../../src/data/files/memory_tree.ts";
import type { FileTree } from "../../../src/data/types.ts";
import type { Predictions } from "../../../src/train/report/report_data.ts";

/** What the sweep is about. */
export interface SampleSweep {
  readonly runs: number;
  readonly classes: readonly string[];
  readonly samples: number;
  readonly epochs: number;
}

/** Predictions of which so many are wrong, mostly as the next class. */
export function predictionsWith(
  { classes, samples, seed, wrong }: {
    readonly classes: number;
    readonly samples: number;
    readonly seed: number;
    readonly wrong: number;
  },
): Predictions {
  const stream = rng(seed, "predictions", classes);
  const labels = Array.from({ length: samples }, (_, i) => i % classes);
  const predicted = labels.map((label) => {
    if (stream.uniform() >= wrong) return label;
    return stream.uniform() < .7 ? (label + 1) % classes : stream.integer(classes);
  });
  return {
    epoch: 1,
    step: 200,
    loss: wrong,
    top1: 1 - wrong,
    top5: 1,
    ece: .1,
    auroc: labels.slice(0, classes).map(() => .9),
    indices: labels.map((_, i) => i),
    labels,
    predicted,
    confidence: labels.map(() => .5),
  };
}

/** The overrides of a job. */
export function overridesOf(run: number): string[] {
  const rate = ["1e-3", "5e-4", "2e-4", "1e-4"][run % 4];
  return ["data.batch_size=64", `optimizer.lr=${rate}`, `seed=${Math.floor(run / 4)}`];
}

/** The texts of a run's files by path. */
export function runTexts(run: number, { classes, samples, epochs }: SampleSweep): Map<string, string> {
  const stream = rng(run, "sweep"), [, rate, seed] = overridesOf(run), pace = 1 + .25 * (run % 4);
  const metrics: object[] = [], timings: object[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const step = 100 * (epoch + 1), fall = Math.exp(-(epoch + 1) * pace / epochs * 3);
    const noise = () => .96 + .08 * stream.uniform();
    metrics.push({
      epoch,
      step,
      "lr-AdamW": 1e-3 * (1 - epoch / epochs),
      "val/loss": (2.2 * fall + .3) * noise(),
      "val/acc_top1": Math.min(1, (.96 - .8 * fall) * noise()),
      "val/f1_macro": Math.min(1, (.95 - .8 * fall) * noise()),
      "val/acc_class_0": .5,
      "train/loss_epoch": (2.1 * fall + .2) * noise(),
      "train/acc_top1": Math.min(1, (.98 - .8 * fall) * noise()),
    });
    timings.push({
      epoch,
      step,
      "time/epoch_seconds": 20 + run,
      "time/images_per_second": 1900 - 10 * run + 9 * stream.uniform(),
    });
  }
  const wrong = .08 + .04 * (run % 4) + .01 * stream.uniform();
  const predictions = (seed: number) => predictionsWith({ classes: classes.length, samples, seed, wrong });
  const test = predictions(run);
  metrics.push({ epoch: epochs - 1, step: 100 * epochs, "test/loss": wrong, "test/acc_top1": test.top1 });
  const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row) + "\n").join("");
  const data = {
    status: "finished",
    epochs,
    max_epochs: epochs,
    batches_per_epoch: 100,
    classes,
    samples: [],
    checkpoints: [],
    valid: predictions(run + 1000),
    test,
  };
  return new Map([
    [
      ".hydra/config.yaml",
      `${rate.replace("optimizer.lr=", "optimizer:\n  lr: ")}\n${seed.replace("=", ": ")}\nmodel: resnet18\n`,
    ],
    [".hydra/overrides.yaml", overridesOf(run).map((line) => `- ${line}\n`).join("")],
    ["run.json", JSON.stringify({ experiment: "sample", seed: 7 })],
    ["result.json", JSON.stringify({ exit_code: 0, error: null, seconds: 99 })],
    ["report.json", JSON.stringify(data)],
    ["report.html", "<!doctype html>"],
    ["metrics.jsonl", lines(metrics)],
    ["timings.jsonl", lines(timings)],
  ]);
}

/** Texts by path as a tree. */
export function textTree(name: string, texts: ReadonlyMap<string, string>): FileTree {
  return memoryTree(name, new Map([...texts].map(([path, text]) => [path, new TextEncoder().encode(text)])));
}

/** A sweep's folder: its runs, then a job that failed, then one that never ran. */
export function sweepTexts(sweep: SampleSweep): Map<string, string> {
  const { runs } = sweep;
  const texts = new Map<string, string>();
  for (let run = 0; run < runs; run++) {
    for (const [path, text] of runTexts(run, sweep)) texts.set(`${run}/${path}`, text);
  }
  const error = 'MissingError: Cannot open "none.safetensors": it does not exist; check the path';
  texts.set(`${runs}/.hydra/overrides.yaml`, overridesOf(runs).map((line) => `- ${line}\n`).join(""));
  texts.set(`${runs}/result.json`, JSON.stringify({ exit_code: 3, error, seconds: 1 }));
  const jobs = Array.from({ length: runs + 2 }, (_, run) => overridesOf(run));
  texts.set(
    "multirun.yaml",
    `hydra:\n  sweep:\n    subdir: \${hydra.job.num}\n  runtime:\n    jobs: ${JSON.stringify(jobs)}\n`,
  );
  return texts;
}
