/**
 * Part of `bench data`: what RandAugment and mixing cost beside the default training preset, from images in memory, on
 * the GPU. The variants take turns batch by batch, each batch with new draws; besides the time, the processor's, which
 * other work on the machine changes less.
 */
import process from "node:process";
import { persistent } from "../src/core/tensor.ts";
import { augmenter } from "../src/data/gpu/augmenter.ts";
import { type Batch, batches } from "../src/data/loader.ts";
import type { PictureSource } from "../src/data/decode/picture_source.ts";
import { mixerOf } from "../src/data/mixing/mod.ts";
import { defaultTrainSteps, type Pipeline, pipeline } from "../src/data/transforms/pipeline.ts";
import type { Step } from "../src/data/transforms/transform.ts";
import type { Sample } from "../src/data/types.ts";
import type { Column } from "./report.ts";
import { type Session, withDevice } from "./session.ts";
import { median } from "./timing.ts";

/** Images of a batch; in a quick run of one round, which says little. */
const BATCH = 64, QUICK_BATCH = 2;
const SIZE = 224;
/** Batches of each variant in a round. */
const TURN = 2;

const columnsOf = (batchSize: number): readonly Column[] => [
  { key: "what", head: `batches of ${batchSize} at ${SIZE} px by`, width: 44, isText: true },
  { key: "wall", head: "ms an image", width: 12 },
  { key: "ratio", head: "of default", width: 11 },
  { key: "processor", head: "processor ms", width: 13 },
  { key: "share", head: "of default", width: 11 },
];

interface Variant {
  readonly what: string;
  readonly steps: readonly Step[];
  readonly mix: Parameters<typeof mixerOf>[0];
}

/** Times the variants on `pictures`, which are in memory. */
export async function compareMethods(
  session: Session,
  pictures: PictureSource,
  samples: readonly Sample[],
): Promise<void> {
  const { rounds } = session.patience, batchSize = rounds > 1 ? BATCH : QUICK_BATCH;
  const plain = defaultTrainSteps(), drawn = randAugmentSteps();
  const variants: Variant[] = [
    { what: "the default training preset", steps: plain, mix: [] },
    { what: "rand_augment for color_jitter", steps: drawn, mix: [] },
    { what: "mixup", steps: plain, mix: [{ mixup: {} }] },
    { what: "rand_augment and mixup", steps: drawn, mix: [{ mixup: {} }] },
    {
      what: "rand_augment and timm_mixup, mode elem",
      steps: drawn,
      mix: [{ timm_mixup: { cutmix_alpha: 1, mode: "elem" } }],
    },
  ];
  const times = await withDevice(session, async (device) => {
    const images = persistent(device, [batchSize, SIZE, SIZE, 4], "f32", "images");
    const made = augmenter(device, { imageSize: SIZE });
    const turns = variants.map((variant) => {
      const prepare = pipeline(variant.steps, { imageSize: SIZE, purpose: "train" });
      return { prepare, stream: endless(variant, prepare, pictures, samples, batchSize) };
    });
    const turn = async ({ prepare, stream }: typeof turns[number]) => {
      const start = performance.now(), before = process.cpuUsage();
      for (let n = 0; n < TURN; n++) {
        made.render((await stream.next()).value, prepare.normalization, images);
      }
      await device.gpu.queue.onSubmittedWorkDone();
      const { user, system } = process.cpuUsage(before), count = TURN * batchSize;
      return { wall: (performance.now() - start) / count, processor: (user + system) / 1000 / count };
    };
    for (const each of turns) await turn(each); // compiles
    const timed = [];
    for (let round = 0; round < 2 * rounds + 1; round++) {
      const times = [];
      for (const each of turns) times.push(await turn(each));
      timed.push(times);
    }
    return timed;
  });
  const print = session.report.table(
    "the cost of methods, from images in memory, on the GPU",
    columnsOf(batchSize),
  );
  for (const [i, { what }] of variants.entries()) {
    const of = (key: "wall" | "processor") => median(times.map((round) => round[i][key]));
    const beside = (key: "wall" | "processor") => median(times.map((round) => round[i][key] / round[0][key]));
    print({
      what,
      wall: of("wall"),
      ratio: beside("wall"),
      processor: of("processor"),
      share: beside("processor"),
    });
  }
  session.report.note("medians of rounds, in which the variants take turns; ratios are within a round");
}

/** Full batches, epoch after epoch, of all samples where there are fewer than in a batch. */
async function* endless(
  { mix }: Variant,
  prepare: Pipeline,
  pictures: PictureSource,
  samples: readonly Sample[],
  batchSize: number,
): AsyncGenerator<Batch, never> {
  const order = Array.from({ length: Math.max(batchSize, samples.length) }, (_, i) => i % samples.length);
  const mixer = mixerOf(mix, { imageSize: SIZE });
  const options = {
    pictures,
    samples,
    order,
    batchSize,
    dropLast: true,
    pipeline: prepare,
    mixer,
    seed: 1,
  };
  for (let epoch = 0;; epoch++) yield* batches({ ...options, epoch });
}

/** The default training preset with two of RandAugment's operations in place of its colours. */
function randAugmentSteps(): Step[] {
  return defaultTrainSteps().map((step) =>
    Object.hasOwn(Object(step), "color_jitter") ? "rand_augment" : step
  );
}
