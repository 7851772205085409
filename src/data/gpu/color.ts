/** Colour steps on the GPU. */
import { augmentColor } from "../../../kernels/augment_color.ts";
import { augmentLuma } from "../../../kernels/augment_luma.ts";
import { FIRST_STEP } from "../../../kernels/lib/augment_color.ts";
import { kernel } from "../../core/kernel.ts";
import { bits } from "./flight.ts";
import type { Segment } from "./plan.ts";
import type { Darkroom, Work } from "./work.ts";

const lumaSum = kernel("augment_luma", augmentLuma);
const colorPass = kernel("augment_color", augmentColor);

const LETTERS = { brightness: "b", saturation: "b", contrast: "c", hue: "h" } as const;

/** A segment's steps as lib/augment_color.ts writes them, and an m at the end if the result is measured. */
export function lettersOf({ steps, measured }: Segment): string {
  return steps.map(({ what }) => LETTERS[what]).join("") + (measured ? "m" : "");
}

/** A job with the amounts of a segment's steps. */
export function withSteps(job: readonly number[], { steps }: Segment): number[] {
  const words = [...job, ...Array<number>(FIRST_STEP - job.length).fill(0)];
  for (const { what, by } of steps) words.push(bits(by), Number(what === "saturation"));
  return words;
}

/** Adds up what a kernel with `measured` has left. */
export function sumLuma({ flight, lumaSums, sums, runs }: Darkroom, works: readonly Work[]): void {
  flight.each(works, () => 0, ({ place }) => [place], (jobs) => {
    lumaSum.run({ jobs: flight.data, luma_sums: lumaSums, sums }, { jobs, count: runs });
  });
}

/** Colour steps of squares, in place. All segments have the same letters. */
export function colors(room: Darkroom, works: readonly Work[], segments: readonly Segment[]): void {
  const { flight, squares, lumaSums, sums, side } = room;
  const { measured } = segments[0];
  const steps = lettersOf({ ...segments[0], measured: false });
  const tensors = { ...(measured ? { luma_sums: lumaSums } : {}), ...(steps.includes("c") ? { sums } : {}) };
  flight.each(
    works,
    () => 0,
    (work, i) => withSteps([room.now(work), work.place], segments[i]),
    (jobs) => colorPass.run({ jobs: flight.data, x: squares, ...tensors }, { jobs, side, steps, measured }),
  );
  if (measured) sumLuma(room, works);
}
