/** A run's state and context for the callbacks that draw and tell: files in memory, a real renderer. */
import { noLine, noProgress } from "../../../src/base/progress.ts";
import { rng } from "../../../src/base/rng.ts";
import type { DrawnEpoch } from "../../../src/data/sampler.ts";
import { IMAGENET } from "../../../src/data/types.ts";
import { encodeJpeg } from "../../../src/host/deno_images.ts";
import { loadPlotting } from "../../../src/host/deno_plots.ts";
import type { CallbackContext } from "../../../src/train/callbacks/plugin.ts";
import { RunLog } from "../../../src/train/log.ts";
import type { EpochRecord, Outputs, RunState } from "../../../src/train/run_state.ts";
import { patterned } from "../../data/helpers.ts";

export const classes = ["0", "<script>", "23", "a name that is longer than the others"];

/** What a run left behind, and where callbacks may write. */
export interface DrawnRun {
  readonly state: RunState;
  readonly context: CallbackContext;
  readonly files: Map<string, Uint8Array>;
  readonly lines: string[];
  /** Pictures that were asked for, as "valid 3". */
  readonly asked: string[];
}

/** A run in the first of `maxEpochs` epochs. */
export function drawnRun(maxEpochs = 3): DrawnRun {
  const files = new Map<string, Uint8Array>(), lines: string[] = [], asked: string[] = [];
  const context: CallbackContext = {
    folder: "run",
    imageSize: 32,
    normalization: IMAGENET,
    scheduleInterval: "epoch",
    checkpoints: {
      folder: "checkpoints/x",
      weights: { best: "run/weights/best.safetensors", last: "run/weights/last.safetensors" },
      probe: () => Promise.resolve(),
      write: () => Promise.resolve(),
      keep: () => Promise.resolve(true),
      remove: () => Promise.resolve(),
    },
    validates: false,
    samples: [
      { name: "train", counts: [10, 20, 30, 40] },
      { name: "valid", counts: [0, 0, 0, 0] },
    ],
    picture(split, index) {
      asked.push(`${split} ${index}`);
      return patterned(8, 6, index);
    },
    plotting: loadPlotting,
    report: {
      files: {
        folder: "run",
        bytes: (path) => Promise.resolve(files.get(`run/${path}`)),
        text: (path) => {
          const bytes = files.get(`run/${path}`);
          return Promise.resolve(bytes && new TextDecoder().decode(bytes));
        },
        list: () =>
          Promise.resolve([...files].map(([path, { length: bytes }]) => ({ path: path.slice(4), bytes }))),
      },
      encodeJpeg,
      pathOf: (split, index) => `${split}/${index}.png`,
      now: () => new Date(0),
    },
    write: (path, bytes) => Promise.resolve(void files.set(path, bytes)),
    print: (line) => void lines.push(line),
    progress: noProgress,
    screen: { columns: () => Infinity, print: (line) => void lines.push(line), live: () => noLine },
    exportOnnx: () => Promise.resolve(),
  };
  const state = {
    classes,
    maxEpochs,
    epoch: 0,
    step: 5,
    history: [],
    log: new RunLog(),
    outputs: randomOutputs(21),
    memory: { live: 7, peakBytes: 12_300_000 },
  };
  return { state: state as unknown as RunState, context, files, lines, asked };
}

/** Outputs whose samples come in another order than in their split. */
export function randomOutputs(samples: number): Outputs {
  const stream = rng(11, "outputs");
  return {
    split: "valid",
    logits: Float32Array.from({ length: samples * classes.length }, () => 2 * stream.normal()),
    labels: Uint32Array.from({ length: samples }, () => stream.integer(classes.length)),
    indices: stream.permutation(samples),
  };
}

/** An epoch's numbers. */
export function record(epoch: number, loss: number, top1: number, hasValid = true): EpochRecord {
  const tally = { loss, top1, top5: Math.min(1, 2 * top1), rows: 10 };
  const pace = { seconds: 1, imagesPerSecond: 10, dataWait: 0 };
  return { epoch, step: 5 * epoch + 5, lr: .1, train: tally, valid: hasValid ? tally : undefined, ...pace };
}

/** What an epoch drew. */
export const drawn: DrawnEpoch = {
  epoch: 0,
  drawn: Uint32Array.of(3, 0, 50, 10),
  expected: Float64Array.of(2.5, 0, 50, 12.5),
};

/** The JSON of a file. */
export function json(bytes: Uint8Array | undefined) {
  return JSON.parse(new TextDecoder().decode(bytes));
}
