/**
 * The sum of a gradient over ranks, bucket by bucket (torch.nn.parallel.DistributedDataParallel's): each is read back
 * as soon as backward has used it for the last time, summed while others are read and written, and written back. Backward
 * goes from the last layer to the first, so the buckets go from the end of the filters and matrices to their beginning,
 * followed by norms and biases, which are complete at the very end.
 */
import type { Watched } from "../core/program.ts";
import type { Tensor } from "../core/tensor.ts";

/** Replaces values by their sum over the ranks, like `Ranks.sum`. */
export type SumValues = (values: Promise<Float32Array>) => Promise<void>;

/** A gradient whose buckets are summed over the ranks as they become final. */
export interface GradientSum extends Watched {
  /** Sums the buckets that have not been final so far, and waits for all. Waits for the GPU. */
  complete(): Promise<void>;
}

/** Part of a flat tensor, in elements. */
export type Range = readonly [start: number, end: number];

/** What of a flat gradient is trained, and how much of it is filters and matrices. */
export interface GradientLayout {
  readonly trained: Range;
  /** Elements before norms and biases. */
  readonly decayed: number;
}

/** Mebibytes of a bucket, as PyTorch's. */
export const BUCKET_CAP_MB = 25;

/** Buckets begin where slices may: at multiples of so many elements. */
const ALIGNMENT = 128;

/** The buckets of at most so many mebibytes, and of at least 128 elements, in the order in which backward completes them. */
export function bucketsOf({ trained: [start, end], decayed }: GradientLayout, capMb: number): Range[] {
  const cap = ALIGNMENT * Math.max(1, Math.floor(capMb * 2 ** 20 / 4 / ALIGNMENT));
  return [
    ...backwards([start, Math.min(decayed, end)], cap),
    ...backwards([Math.max(decayed, start), end], cap),
  ];
}

function backwards([start, end]: Range, cap: number): Range[] {
  const count = Math.max(0, Math.ceil((end - start) / cap));
  return Array.from({ length: count }, (_, i) => [Math.max(start, end - (i + 1) * cap), end - i * cap]);
}

/** Creates the sum of a flat gradient. */
export function gradientSum(gradient: Tensor, buckets: readonly Range[], sum: SumValues): GradientSum {
  const tensors = buckets.map(([start, end]) => gradient.slice(start, [end - start]));
  const underWay: Promise<void>[] = [];
  const final = (index: number) => {
    const summed = sumBucket(tensors[index], sum);
    summed.catch(() => {}); // complete() reports it
    underWay.push(summed);
  };
  return {
    tensors,
    final,
    async complete() {
      while (underWay.length < tensors.length) final(underWay.length);
      await Promise.all(underWay.splice(0)); // GPU sync point
    },
  };
}

async function sumBucket(bucket: Tensor, sum: SumValues): Promise<void> {
  const values = bucket.read(); // GPU sync point
  await sum(values);
  bucket.write(await values);
}
