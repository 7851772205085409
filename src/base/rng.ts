/**
 * Counter-based random numbers: Threefry-2x32, 20 rounds (Salmon et al. 2011, "Parallel random numbers: as easy
 * as 1, 2, 3"; the generator of jax.random). A stream is a pure function of its key path, such as
 * (seed, "augment", epoch, sample), so it depends neither on workers nor on batch size nor on resuming.
 */

const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;
const KEY_PARITY = 0x1bd11bda;

/**
 * The two words of the last block. A pair of variables, because allocating an array for each block would take half
 * the time.
 */
let word0 = 0, word1 = 0;

/** One Threefry block of counter (c0, c1) under key (k0, k1), into `word0` and `word1`. */
function scramble(k0: number, k1: number, c0: number, c1: number): void {
  const k2 = k0 ^ k1 ^ KEY_PARITY;
  let a = (c0 + k0) | 0, b = (c1 + k1) | 0;
  for (let group = 0; group < 5; group++) {
    const rotations = ROTATIONS[group & 1];
    for (let i = 0; i < 4; i++) {
      a = (a + b) | 0;
      b = ((b << rotations[i]) | (b >>> (32 - rotations[i]))) ^ a;
    }
    const turn = group % 3;
    a = (a + (turn === 0 ? k1 : turn === 1 ? k2 : k0)) | 0;
    b = (b + (turn === 0 ? k2 : turn === 1 ? k0 : k1) + group + 1) | 0;
  }
  word0 = a >>> 0;
  word1 = b >>> 0;
}

/** One Threefry block: two 32-bit counters under two 32-bit keys give two random 32-bit words. */
export function threefry2x32(
  key: readonly [number, number],
  counter: readonly [number, number],
): [number, number] {
  scramble(key[0], key[1], counter[0], counter[1]);
  return [word0, word1];
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
  /** An independent stream below this one; does not advance this one. */
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
  let spare: number | undefined, spareNormal: number | undefined;
  const uint32 = () => {
    if (spare !== undefined) {
      const word = spare;
      spare = undefined;
      return word;
    }
    scramble(key[0], key[1], block++, 0);
    spare = word1;
    return word0;
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
  const normal = () => {
    if (spareNormal !== undefined) {
      const value = spareNormal;
      spareNormal = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log((uint32() + .5) / 4294967296));
    const angle = 2 * Math.PI * (uint32() / 4294967296);
    spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
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
