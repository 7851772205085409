import { concatBytes } from "../src/base/bytes.ts";
import type { Promised, Ranks } from "../src/base/ranks.ts";

type Values = Float32Array | Float64Array | Int32Array;

/** What one collective call of a rank brings: its name, for the check that all ranks make the same one. */
interface Call {
  readonly name: string;
  readonly value: Values | Uint8Array | undefined;
}

/**
 * Ranks within this process, for tests: what MPI does between processes, by memory. Sums are in the order of the
 * ranks, in float64, rounded once. A rank that calls something else than the others, or with another length,
 * fails with both names. After `abort`, all calls of all ranks fail.
 */
export function ranksInOneProcess(size: number): Ranks[] {
  let aborted: number | undefined;
  const rounds: { calls: (Call | undefined)[]; all: PromiseWithResolvers<Call[]> }[] = [];

  return Array.from({ length: size }, (_, rank): Ranks => {
    let next = 0;
    /** Brings this rank's value to the round, and returns those of all ranks once they are there. */
    const meet = async <T extends Values | Uint8Array>(
      nameOf: (value: T | undefined) => string,
      promised?: Promised<T>,
    ): Promise<Call[]> => {
      const round = rounds[next] ??= {
        calls: Array(size).fill(undefined),
        all: Promise.withResolvers<Call[]>(),
      };
      next++;
      round.all.promise.catch(() => {}); // whoever waits for it is told
      const value = await promised, name = nameOf(value);
      if (aborted !== undefined) throw new Error(`Aborted with code ${aborted}`);
      // A copy, since the ranks write their results into their own arrays.
      round.calls[rank] = { name, value: value?.slice() };
      const calls = round.calls.filter((call) => call !== undefined);
      const other = calls.find((call) => call.name !== name);
      if (other) {
        round.all.reject(new Error(`Rank ${rank} calls ${name} where another one calls ${other.name}`));
      } else if (calls.length === size) round.all.resolve(calls);
      return round.all.promise;
    };
    const each = async (name: string, promised: Promised<Values>, join: (a: number, b: number) => number) => {
      const calls = await meet((values) => `${name} of ${values?.length}`, promised), values = await promised;
      for (let i = 0; i < values.length; i++) {
        values[i] = calls.map((call) => (call.value as Values)[i]).reduce(join);
      }
    };

    return {
      rank,
      size,
      sum: (values) => each("sum", values, (a, b) => a + b),
      max: (values) => each("max", values, (a, b) => Math.max(a, b)),
      gather: async (bytes) => (await meet(() => "gather", bytes)).map((call) => call.value as Uint8Array),
      async exchange(bytes) {
        const calls = await meet((bytes) => `exchange of ${bytes?.length}`, bytes);
        const part = (calls[0].value as Uint8Array).length / size;
        return concatBytes(
          calls.map(({ value }) => (value as Uint8Array).subarray(rank * part, (rank + 1) * part)),
        );
      },
      async broadcast(bytes, from = 0) {
        const calls = await meet(() => `broadcast from ${from}`, rank === from ? bytes : undefined);
        const { value } = calls[from];
        if (value === undefined) throw new TypeError(`Cannot broadcast: rank ${from} has no bytes`);
        return value as Uint8Array;
      },
      barrier: async () => void await meet(() => "barrier"),
      abort(code) {
        aborted = code;
        for (const round of rounds) round.all.reject(new Error(`Aborted with code ${code}`));
      },
    };
  });
}
