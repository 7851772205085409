/** Colour steps on the GPU. */
import { augmentColor } from "../../../kernels/augment_color.ts";
import { augmentLuma } from "../../../kernels/augment_luma.ts";
import { FIRST_STEP } from "../../../kernels/lib/augment_color.ts";
import { kernel } from "../../core/kernel.ts";
import { bits } from "./upload_batch.ts";
import type { Segment } from "./plan.ts";
import type { AugmentBuffers, AugmentItem } from "./augment_buffers.ts";

const lumaSum = kernel("augment_luma", augmentLuma);
const colorPass = kernel("augment_color", augmentColor);

const LETTERS = { brightness: "b", saturation: "b", contrast: "c", hue: "h" } as const;

/** A segment's steps as letters for lib/augment_color.ts, with a final m if the result is measured. */
export function lettersOf({ steps, measured }: Segment): string {
  return steps.map(({ what }) => LETTERS[what]).join("") + (measured ? "m" : "");
}

/** A job followed by the amounts of a segment's steps. */
export function withSteps(job: readonly number[], { steps }: Segment): number[] {
  const words = [...job, ...Array<number>(FIRST_STEP - job.length).fill(0)];
  for (const { what, by } of steps) words.push(bits(by), Number(what === "saturation"));
  return words;
}

/** Adds up the luma that a `measured` kernel left by thread. */
export function sumLuma(
  { upload, lumaSums, sums, runs }: AugmentBuffers,
  items: readonly AugmentItem[],
): void {
  upload.dispatch(items, () => 0, ({ place }) => [place], (jobs) => {
    lumaSum.run({ jobs: upload.data, luma_sums: lumaSums, sums }, { jobs, count: runs });
  });
}

/** Applies colour steps to squares in place. All segments must have the same letters. */
export function colors(
  buffers: AugmentBuffers,
  items: readonly AugmentItem[],
  segments: readonly Segment[],
): void {
  const { upload, squares, lumaSums, sums, side } = buffers;
  const { measured } = segments[0];
  const steps = lettersOf({ ...segments[0], measured: false });
  const tensors = { ...(measured ? { luma_sums: lumaSums } : {}), ...(steps.includes("c") ? { sums } : {}) };
  upload.dispatch(
    items,
    () => 0,
    (item, i) => withSteps([buffers.now(item), item.place], segments[i]),
    (jobs) => colorPass.run({ jobs: upload.data, x: squares, ...tensors }, { jobs, side, steps, measured }),
  );
  if (measured) sumLuma(buffers, items);
}
