/**
 * Counter-based random numbers: Threefry-2x32, 20 rounds (Salmon et al. 2011, "Parallel random numbers: as easy
 * as 1, 2, 3"; the generator of jax.random). A stream is a pure function of its key path, such as
 * (seed, "augment", epoch, sample), so it depends neither on workers nor on batch size nor on resuming.
 */

const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;
const KEY_PARITY = 0x1bd11bda;

/** One Threefry block: two 32-bit counters under two 32-bit keys give two random 32-bit words. */
export function threefry2x32(
  key: readonly [number, number],
  counter: readonly [number, number],
): [number, number] {
  const keys = [key[0], key[1], key[0] ^ key[1] ^ KEY_PARITY];
  let a = (counter[0] + keys[0]) | 0;
  let b = (counter[1] + keys[1]) | 0;
  for (let group = 0; group < 5; group++) {
    for (const rotation of ROTATIONS[group % 2]) {
      a = (a + b) | 0;
      b = ((b << rotation) | (b >>> (32 - rotation))) ^ a;
    }
    a = (a + keys[(group + 1) % 3]) | 0;
    b = (b + keys[(group + 2) % 3] + group + 1) | 0;
  }
  return [a >>> 0, b >>> 0];
}

/** FNV-1a of a string's UTF-8 bytes, as an unsigned 32-bit integer. */
export function fnv1a32(text: string): number {
  let hash = 2166136261;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 16777619);
  return hash >>> 0;
}

/** A reproducible stream of random numbers. */
export interface Rng {
  /** The next unsigned 32-bit integer. */
  uint32(): number;
  /** The next float64 in [low, high), by default [0, 1), with 53 random bits. */
  uniform(low?: number, high?: number): number;
  /** The next integer in [0, n), free of modulo bias. */
  integer(n: number): number;
  /** The next standard normal number (Box-Muller). */
  normal(): number;
  /** The integers 0 .. n-1 in random order (Fisher-Yates). */
  permutation(n: number): Uint32Array;
  /** An independent stream below this one; it does not advance this one. */
  fork(...path: (string | number)[]): Rng;
}

/** The stream at `path` below `seed`; strings and integers name the branches: `rng(42, "shuffle", epoch)`. */
export function rng(seed: number, ...path: (string | number)[]): Rng {
  const low = seed >>> 0, high = Math.floor(seed / 4294967296) >>> 0;
  return stream(branch(threefry2x32([low, high], [0, 0]), path));
}

function branch(key: [number, number], path: readonly (string | number)[]): [number, number] {
  return path.reduce<[number, number]>((parent, part) => {
    const isText = typeof part === "string";
    return threefry2x32(parent, [isText ? fnv1a32(part) : part >>> 0, isText ? 1 : 2]);
  }, key);
}

function stream(key: [number, number]): Rng {
  let block = 0;
  let spare: number | undefined;
  const uint32 = () => {
    if (spare !== undefined) {
      const word = spare;
      spare = undefined;
      return word;
    }
    const [first, second] = threefry2x32(key, [block++, 0]);
    spare = second;
    return first;
  };
  const uniform = (low = 0, high = 1) => {
    const unit = ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992;
    return low + (high - low) * unit;
  };
  const integer = (n: number) => {
    if (!(n >= 1 && n <= 4294967296)) {
      throw new RangeError(`Cannot draw an integer below ${n}: need 1 .. 2^32`);
    }
    const limit = 4294967296 - (4294967296 % n);
    let word = uint32();
    while (word >= limit) word = uint32();
    return word % n;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const permutation = (n: number) => {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = integer(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  };
  return { uint32, uniform, integer, normal, permutation, fork: (...path) => stream(branch(key, path)) };
}
