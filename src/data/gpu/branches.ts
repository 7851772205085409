/** Versions of an image on the GPU that go through stages of their own and are mixed in the end. */
import { augmentColor } from "../../../kernels/augment_color.ts";
import { augmentMix } from "../../../kernels/augment_mix.ts";
import { kernel } from "../../core/kernel.ts";
import { type AugmentBuffers, type StagedImage, stagedImage } from "./augment_buffers.ts";
import type { Stage } from "./plan.ts";
import { bits } from "./upload_batch.ts";

const copyPass = kernel("augment_color", augmentColor);
const mixPass = kernel("augment_mix", augmentMix);

/** Starts the branches of images from their squares. */
export function branch(
  buffers: AugmentBuffers,
  items: readonly StagedImage[],
  stages: readonly Extract<Stage, { readonly kind: "branch" }>[],
): void {
  items.forEach((item, i) => {
    item.branches = stages[i].branches.map((own, k) => stagedImage(own, item.place + 1 + k));
  });
  const { upload, squares, side } = buffers;
  upload.dispatch(
    items.flatMap((item) => item.branches.map((branch) => ({ item, branch }))),
    () => 0,
    ({ item, branch }) => [buffers.now(item), buffers.now(branch)],
    (jobs) => copyPass.run({ jobs: upload.data, x: squares }, { jobs, side, steps: "" }),
  );
}

/** Mixes squares with those of their branches. All stages must have as many shares. */
export function mix(
  buffers: AugmentBuffers,
  items: readonly StagedImage[],
  stages: readonly Extract<Stage, { readonly kind: "mix" }>[],
): void {
  const { upload, squares, side } = buffers;
  const parts = stages[0].shares.length;
  upload.dispatch(
    items,
    () => 0,
    (item, i) =>
      [item, ...item.branches].flatMap((part, k) => [buffers.now(part), bits(stages[i].shares[k])]),
    (jobs) => mixPass.run({ jobs: upload.data, x: squares }, { jobs, side, parts }),
  );
}
