/**
 * The sum of values over ranks with f16 on the wire (PyTorch's fp16_compress_hook), half of the bytes:
 *
 *   each rank sends every other its part of the values, in f16;
 *   a rank sums what it got in f32, in the ranks' order, and sends the sum to all, in f16.
 *
 * So the bits are the same on all ranks, whatever algorithm MPI takes, and each value is rounded twice: what a rank gives,
 * and the sum. Each part has a factor of its own, a power of two that brings its largest value near the largest of f16:
 * nothing overflows that is finite in f32, and a value keeps 11 bits if it is at most 2^28 times smaller than that. What
 * is not finite stays so.
 *
 * A part on the wire is 4 bytes, what to multiply by (f32), and the halves.
 */
import type { Ranks } from "../base/ranks.ts";

/** Replaces values by their sum over the ranks, like `Ranks.sum`. */
export async function sumAsHalves(ranks: Ranks, promised: Promise<Float32Array>): Promise<void> {
  const { size } = ranks;
  const given = ranks.exchange(promised.then((values) => compressed(values, size)));
  const gathered = ranks.gather(given.then((bytes) => compressed(sumOf(partsOf(bytes, size)), 1)));
  const [values, sums] = await Promise.all([promised, gathered]), length = partLength(values.length, size);
  for (const [i, bytes] of sums.entries()) {
    const { factor, halves } = partsOf(bytes, 1)[0], part = values.subarray(i * length, (i + 1) * length);
    for (let j = 0; j < part.length; j++) part[j] = halves[j] * factor;
  }
}

/** Values in f16, and what they are to be multiplied by. */
interface Part {
  factor: number;
  readonly halves: Float16Array<ArrayBuffer>;
}

/** Values in each of so many parts, even, so that the next part is aligned; the last may have fewer. */
function partLength(values: number, parts: number): number {
  return 2 * Math.ceil(values / parts / 2);
}

/** Values as bytes of so many parts. */
function compressed(values: Float32Array, count: number): Uint8Array<ArrayBuffer> {
  const length = partLength(values.length, count), bytes = new Uint8Array(count * (4 + 2 * length));
  partsOf(bytes, count).forEach((part, i) => compress(values.subarray(i * length, (i + 1) * length), part));
  return bytes;
}

function partsOf({ buffer, byteOffset, length }: Uint8Array, count: number): Part[] {
  const stride = length / count;
  return Array.from({ length: count }, (_, i) => {
    const start = byteOffset + i * stride, head = new Float32Array(buffer as ArrayBuffer, start, 1);
    return {
      get factor() {
        return head[0];
      },
      set factor(value) {
        head[0] = value;
      },
      halves: new Float16Array(buffer as ArrayBuffer, start + 4, (stride - 4) / 2),
    };
  });
}

function compress(values: Float32Array, part: Part): void {
  const { halves } = part, factor = factorFor(values);
  part.factor = 1 / factor;
  for (let i = 0; i < values.length; i++) halves[i] = values[i] * factor;
}

/** The power of two by which the largest finite value is between 2^14 and 2^15; 1 if it is 0. */
function factorFor(values: Float32Array): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const value = Math.abs(values[i]);
    if (value > most && value < Infinity) most = value;
  }
  if (most === 0) return 1;
  const exponent = (new Uint32Array(Float32Array.of(most).buffer)[0] >>> 23) - 127;
  return 2 ** (14 - exponent);
}

/** The sum of parts of one length, in their order. */
function sumOf(parts: readonly Part[]): Float32Array {
  const sum = new Float32Array(parts[0].halves.length);
  for (const { factor, halves } of parts) {
    for (let i = 0; i < sum.length; i++) sum[i] += halves[i] * factor;
  }
  return sum;
}
