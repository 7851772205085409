/** Values, or the promise of them: a call has its place in the order of calls at once, and begins when they are there. */
export type Promised<T> = T | Promise<T>;

/**
 * The processes that train one model together, as MPI's world is. All methods but `abort` are collective: each rank
 * calls them in the same order, with arrays of the same length, and a call need not wait for the one before it.
 * A rank that fails, or ends without the others, ends them all.
 */
export interface Ranks {
  /** This process's number, 0 to size - 1. Rank 0 writes logs and checkpoints. */
  readonly rank: number;
  readonly size: number;
  /**
   * Replaces the values by their sum over all ranks: the same bits on each rank and in each repeat with as many ranks.
   * The array is not to be touched until then.
   */
  sum(values: Promised<Float32Array | Float64Array | Int32Array>): Promise<void>;
  /** Replaces each value by the largest of all ranks. */
  max(values: Float64Array): Promise<void>;
  /** Every rank's bytes, by rank; they may differ in length. */
  gather(bytes: Promised<Uint8Array>): Promise<Uint8Array[]>;
  /**
   * Sends each rank its part of the bytes, which are as many parts of one length as there are ranks, in their order.
   * @returns the parts that the ranks have for this one, in the same order
   */
  exchange(bytes: Promised<Uint8Array>): Promise<Uint8Array>;
  /** Rank `from`'s bytes, on all; what the others pass is not looked at. */
  broadcast(bytes: Uint8Array | undefined, from?: number): Promise<Uint8Array>;
  /** Returns once all ranks have called it. */
  barrier(): Promise<void>;
  /**
   * Ends the processes of all ranks at once, this one's too, with an exit code. A process by itself has no others to
   * end: there it does nothing.
   */
  abort(code: number): void;
}

/** A process by itself. */
export const ONE: Ranks = {
  rank: 0,
  size: 1,
  sum: () => Promise.resolve(),
  max: () => Promise.resolve(),
  gather: async (bytes) => [await bytes],
  exchange: (bytes) => Promise.resolve(bytes),
  broadcast(bytes) {
    if (bytes === undefined) throw new TypeError("Cannot broadcast: the sender has no bytes");
    return Promise.resolve(bytes);
  },
  barrier: () => Promise.resolve(),
  abort() {},
};

/** Rank 0's value on all ranks; it must be JSON, or undefined. Collective. */
export async function fromFirst<T>(ranks: Ranks, value: T): Promise<T> {
  if (ranks.size === 1) return value;
  return decoded(await ranks.broadcast(ranks.rank === 0 ? encoded(value) : undefined));
}

/** Every rank's value, by rank; it must be JSON, or undefined. Collective. */
export async function fromAll<T>(ranks: Ranks, value: T): Promise<T[]> {
  if (ranks.size === 1) return [value];
  return (await ranks.gather(encoded(value))).map((bytes) => decoded<T>(bytes));
}

/** The first rank whose text is another than rank 0's, on all ranks; undefined if all have the same. Collective. */
export async function otherThanFirst(ranks: Ranks, text: string): Promise<number | undefined> {
  const all = await fromAll(ranks, text), other = all.findIndex((one) => one !== all[0]);
  return other < 0 ? undefined : other;
}

function encoded(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value ?? null));
}

function decoded<T>(bytes: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(bytes)) ?? undefined;
}
