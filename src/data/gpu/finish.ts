/** The last pass over images: from levels to normalised values, some boxes erased, mixed with each other if a batch is. */
import { augmentFinish } from "../../../kernels/augment_finish.ts";
import { augmentFinishMixed } from "../../../kernels/augment_finish_mixed.ts";
import { ERASE_WORDS, type LevelScale } from "../../../kernels/lib/augment_normalize.ts";
import { kernel } from "../../core/kernel.ts";
import type { Tensor } from "../../core/tensor.ts";
import { type BatchMix, partnerOf, rowMix } from "../mixing/batch_mix.ts";
import type { Normalization } from "../types.ts";
import { type AugmentBuffers, type AugmentItem, CHUNK } from "./augment_buffers.ts";
import { colors, lettersOf, makeTables, measuresOf, withSteps } from "./color.ts";
import { bits } from "./upload_batch.ts";

const finishPass = kernel("augment_finish", augmentFinish);
const mixedPass = kernel("augment_finish_mixed", augmentFinishMixed);

/** Writes the images of a chunk to their rows of `images`. */
export function finish(
  buffers: AugmentBuffers,
  chunk: readonly AugmentItem[],
  images: Tensor,
  normalization: Normalization,
): void {
  const { upload, side, squares } = buffers;
  for (const [steps, items] of byLastSteps(chunk)) {
    const options = { side, steps, erases: items.some(isErased), ...scaleOf(normalization) };
    makeTables(buffers, items, items.map(({ plan }) => plan.after));
    upload.dispatch(
      items,
      eraseWords,
      (item) =>
        withSteps([buffers.now(item), item.row, item.place, ...putErases(buffers, item)], item.plan.after),
      (jobs) =>
        finishPass.run({ jobs: upload.data, x: squares, ...measuresOf(steps, buffers), images }, {
          jobs,
          ...options,
        }),
    );
  }
}

/** Keeps the levels of a chunk's images until those of the whole batch are there. */
export function keep(buffers: AugmentBuffers, chunk: readonly AugmentItem[]): void {
  for (const [, items] of byLastSteps(chunk)) {
    colors(buffers, items, items.map(({ plan }) => plan.after), ({ row }) => buffers.kept(row));
  }
}

/** Writes a batch whose levels are kept to the first rows of `images`, mixed. `items` are in the order of their rows. */
export function finishMixed(
  buffers: AugmentBuffers,
  items: readonly AugmentItem[],
  images: Tensor,
  normalization: Normalization,
  mix: BatchMix,
): void {
  const { upload, side, squares } = buffers;
  const options = { side, erases: items.some(isErased), ...scaleOf(normalization) };
  const pairs = items.map((own) => ({ own, partner: items[partnerOf(mix, own.row, items.length)] }));
  for (let start = 0; start < pairs.length; start += CHUNK) {
    upload.dispatch(
      pairs.slice(start, start + CHUNK),
      ({ own, partner }) => eraseWords(own) + eraseWords(partner),
      ({ own, partner }) => {
        const { own: factor, box: { top, left, height, width } } = rowMix(mix, own.row);
        const box = [top, left, ...(own === partner ? [0, 0] : [height, width])];
        const erases = [...putErases(buffers, own), ...putErases(buffers, partner)];
        return [buffers.kept(own.row), own.row, buffers.kept(partner.row), bits(factor), ...box, ...erases];
      },
      (jobs) => mixedPass.run({ jobs: upload.data, x: squares, images }, { jobs, ...options }),
    );
  }
  upload.submit();
}

/** Images whose last colour steps are alike. */
const byLastSteps = (chunk: readonly AugmentItem[]) =>
  Map.groupBy(chunk, ({ plan }) => lettersOf(plan.after));

function scaleOf({ mean, std }: Normalization): LevelScale {
  return {
    scale: std.map((deviation) => 1 / (255 * deviation)),
    shift: std.map((deviation, c) => -mean[c] / deviation),
  };
}

const isErased = ({ plan }: AugmentItem) => plan.erases.length > 0;
const eraseWords = ({ plan }: AugmentItem) => plan.erases.length * ERASE_WORDS;

/** Uploads an image's erased boxes: returns their first word and their number. */
function putErases({ upload }: AugmentBuffers, { plan }: AugmentItem): [number, number] {
  if (plan.erases.length === 0) return [0, 0];
  const boxes = plan.erases.flatMap((
    { top, left, height, width, value },
  ) => [top, left, height, width, ...value.map(bits), 0]);
  return [upload.put(Uint32Array.from(boxes)), plan.erases.length];
}
