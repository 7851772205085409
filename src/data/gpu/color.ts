/** Colour steps on the GPU. */
import { augmentColor } from "../../../kernels/augment_color.ts";
import { augmentLevels } from "../../../kernels/augment_levels.ts";
import { augmentLuma } from "../../../kernels/augment_luma.ts";
import { FIRST_STEP, type Luma, needsMean } from "../../../kernels/lib/augment_color.ts";
import { kernel } from "../../core/kernel.ts";
import type { ColorStep } from "../transforms/operation.ts";
import { maskOf } from "../transforms/posterize.ts";
import { blendFactors } from "../transforms/tensor_color.ts";
import { type Measuring, needsTable, type Segment } from "./plan.ts";
import { bits } from "./upload_batch.ts";
import type { AugmentBuffers, StagedImage } from "./augment_buffers.ts";

const lumaSum = kernel("augment_luma", augmentLuma);
const levelsPass = kernel("augment_levels", augmentLevels);
const colorPass = kernel("augment_color", augmentColor);

const LETTERS = {
  brightness: "b",
  saturation: "b",
  contrast: "c",
  tensor_brightness: "g",
  tensor_saturation: "g",
  tensor_contrast: "d",
  hue: "h",
  posterize: "s",
  solarize: "s",
  equalize: "t",
  autocontrast: "t",
} as const;

/** A level that no pixel has. */
const ABOVE_ALL = 256;
/** The mask of {@link maskOf} that keeps a level. */
const ALL_BITS = 255;

/** A segment's steps as letters for lib/augment_color.ts, and at the end what is measured of the result. */
export function lettersOf({ steps, measured }: Segment): string {
  return steps.map(({ what }) => LETTERS[what]).join("") + (measured ?? "");
}

/** A job followed by the amounts of a segment's steps. */
export function withSteps(job: readonly number[], { steps }: Segment): number[] {
  const words = [...job, ...Array<number>(FIRST_STEP - job.length).fill(0)];
  for (const step of steps) words.push(...stepWords(step));
  return words;
}

function stepWords({ what, by }: ColorStep): [number, number] {
  if (what === "posterize") return [bits(ABOVE_ALL), maskOf(by)];
  if (what === "solarize") return [bits(by), ALL_BITS];
  if (what.startsWith("tensor_")) {
    const [factor, rest] = blendFactors(by);
    return [bits(factor), bits(what === "tensor_brightness" ? 0 : rest)];
  }
  return [bits(by), Number(what === "saturation")];
}

/** What is summed for a step that needs the mean. */
export function lumaFor(measured: Measuring | undefined): Luma | undefined {
  return measured && (measured === "contrast" ? "luma" : "tensor_luma");
}

/** Adds up the luma that a `measured` kernel left by thread. */
export function sumLuma(
  { upload, lumaSums, sums, runs }: AugmentBuffers,
  items: readonly StagedImage[],
): void {
  upload.dispatch(items, () => 0, ({ place }) => [place], (jobs) => {
    lumaSum.run({ jobs: upload.data, luma_sums: lumaSums, sums }, { jobs, count: runs });
  });
}

/** Makes the tables for segments that begin with a step that needs one. All segments must have the same letters. */
export function makeTables(
  buffers: AugmentBuffers,
  items: readonly StagedImage[],
  segments: readonly Segment[],
): void {
  if (!needsTable(segments[0].steps[0])) return;
  const { upload, squares, levelTables, side } = buffers;
  upload.dispatch(
    items,
    () => 0,
    (item, i) => [buffers.now(item), item.place, Number(segments[i].steps[0].what === "equalize")],
    (jobs) => levelsPass.run({ jobs: upload.data, x: squares, tables: levelTables }, { jobs, side }),
  );
}

/** What the first step of `letters` reads besides the square. */
export function measuresOf(letters: string, { sums, levelTables }: AugmentBuffers) {
  return { ...(needsMean(letters) && { sums }), ...(letters.includes("t") && { tables: levelTables }) };
}

/** Applies colour steps to squares, in place unless `target` says where to. All segments must have the same letters. */
export function colors<Item extends StagedImage>(
  buffers: AugmentBuffers,
  items: readonly Item[],
  segments: readonly Segment[],
  target: (item: Item) => number = (item) => buffers.now(item),
): void {
  const { upload, squares, lumaSums, side } = buffers;
  const { measured } = segments[0];
  const steps = lettersOf({ ...segments[0], measured: undefined });
  const tensors = { ...(measured && { luma_sums: lumaSums }), ...measuresOf(steps, buffers) };
  makeTables(buffers, items, segments);
  upload.dispatch(
    items,
    () => 0,
    (item, i) => withSteps([buffers.now(item), target(item), item.place], segments[i]),
    (jobs) =>
      colorPass.run({ jobs: upload.data, x: squares, ...tensors }, {
        jobs,
        side,
        steps,
        luma: lumaFor(measured),
      }),
  );
  if (measured) sumLuma(buffers, items);
}
