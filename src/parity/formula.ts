/**
 * The numbers of a trajectory, computed from a formula instead of read from a file: with a seed s, u("s:name", i) in
 * [-1, 1) is h(fnv1a32("s:name") xor h(i)) / 2^31 - 1, where h mixes 32 bits. All in PyTorch's layouts and element
 * order.
 */
import { fnv1a32 } from "../base/rng.ts";
import { elements, type Shape } from "../base/shape.ts";

/** The 32-bit mixer h (a "lowbias32": shifts and odd multipliers). */
export function mix32(x: number): number {
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The i-th 32-bit word under a name, as a function of i. */
function words(name: string): (i: number) => number {
  const hash = fnv1a32(name);
  return (i) => mix32(hash ^ mix32(i));
}

/** The first `count` numbers u(name, i), each mapped by `value` (a loop, because models have millions). */
export function uniform(name: string, count: number, value: (u: number) => number): Float32Array {
  const numbers = new Float32Array(count), word = words(name);
  for (let i = 0; i < count; i++) numbers[i] = value(word(i) / 2147483648 - 1);
  return numbers;
}

/** Sizes of a trajectory's images and labels. */
export interface TrajectorySizes {
  readonly seed: string;
  readonly batch: number;
  readonly size: number;
  readonly classes: number;
}

/** The labels of a step, [batch]. */
export function stepLabels({ seed, batch, classes }: TrajectorySizes, step: number): Uint32Array {
  const word = words(`${seed}:labels:${step}`);
  return Uint32Array.from({ length: batch }, (_, i) => word(i) % classes);
}

/** The images of a step, [batch, 3, size, size]: noise in [-2, 2) with a trace of the label on every pixel. */
export function stepImages(sizes: TrajectorySizes, step: number): Float32Array {
  const images = noise(sizes, `${step}`), pixels = images.length / sizes.batch;
  for (const [i, label] of stepLabels(sizes, step).entries()) {
    const trace = Math.fround((label - sizes.classes / 2) / sizes.classes);
    for (let at = i * pixels; at < (i + 1) * pixels; at++) images[at] += trace;
  }
  return images;
}

/** The images of the evaluation after the last step, [batch, 3, size, size]. */
export function evalImages(sizes: TrajectorySizes): Float32Array {
  return noise(sizes, "eval");
}

function noise({ seed, batch, size }: TrajectorySizes, step: string): Float32Array {
  return uniform(`${seed}:images:${step}`, batch * 3 * size * size, (u) => 2 * u);
}

/** The weights of the classes in the loss, [classes]. */
export function classWeights({ seed, classes }: TrajectorySizes): Float32Array {
  return uniform(`${seed}:class_weights`, classes, (u) => 1 + .5 * u);
}

/**
 * The initial value of an entry of the state dict, in PyTorch's layout.
 * @param role what its layer does in the network
 */
export function startValues(seed: string, name: string, shape: Shape, role: Role): Float32Array {
  return uniform(`${seed}:${name}`, elements(shape), startValue(name, shape, role));
}

/** What a parameter's layer does in its network, as far as start values depend on it. */
export type Role = "head" | "last norm of a block" | "other";

/** How a value follows from u. */
function startValue(name: string, shape: Shape, role: Role): (u: number) => number {
  if (name.endsWith("running_mean")) return () => 0;
  if (name.endsWith("running_var")) return () => 1;
  if (shape.length === 4) {
    const bound = Math.sqrt(6 / (shape[1] * shape[2] * shape[3]));
    return (u) => u * bound;
  }
  if (shape.length === 2) return (u) => u / Math.sqrt(shape[1]);
  if (role === "head") return (u) => u * .01;
  if (name.endsWith("weight")) return (u) => (role === "last norm of a block" ? .2 : 1) + .1 * u;
  return (u) => .1 * u;
}
