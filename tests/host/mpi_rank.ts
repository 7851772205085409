/** What each rank of deno_mpi_test.ts does; the first argument says which of the parts. Prints one line of JSON. */
import { cpuUsage } from "node:process";
import { assertEquals } from "@std/assert";
import { openMpi } from "../../src/host/deno_mpi.ts";
import { mpiLaunch } from "../../src/setup/mpi_launch.ts";

const launch = mpiLaunch((name) => Deno.env.get(name))!;
const ranks = openMpi(launch);
const { rank, size } = ranks;
assertEquals([rank, size], [launch.rank, launch.size]);

/** Values that no order of adding gives the same bits for: signs and magnitudes differ. */
function values(length: number, of = rank): Float32Array<ArrayBuffer> {
  let state = 12345 + of * 7919;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31 * 2 ** (state >>> 28);
  });
}

async function digest(data: Float32Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data)).slice(0, 8).toHex();
}

const parts: Record<string, () => Promise<unknown>> = {
  async all() {
    const few = new Float64Array([rank + 1, 0.5]), counts = new Int32Array([1, rank]);
    const most = new Float64Array([rank, -rank, 1e300 * rank]);
    const pending = [ranks.sum(few), ranks.sum(counts), ranks.max(most)]; // one after the other, unasked
    await Promise.all(pending);
    assertEquals([...few], [size * (size + 1) / 2, size / 2]);
    assertEquals([...counts], [size, size * (size - 1) / 2]);
    assertEquals([most[0], Math.abs(most[1]), most[2]], [size - 1, 0, 1e300 * (size - 1)]);
    const bytes = await ranks.gather(new Uint8Array(rank).fill(rank)); // rank 0 has none
    assertEquals(bytes.map((each) => [...each]), Array.from({ length: size }, (_, i) => Array(i).fill(i)));
    assertEquals((await ranks.gather(new Uint8Array())).map(({ length }) => length), Array(size).fill(0));
    const text = new TextEncoder().encode("from the last");
    const sent = await ranks.broadcast(rank === size - 1 ? text : undefined, size - 1);
    assertEquals(new TextDecoder().decode(sent), "from the last");
    assertEquals((await ranks.broadcast(rank === 0 ? new Uint8Array() : undefined)).length, 0);
    const sentTo = Uint8Array.from({ length: size }, (_, to) => 10 * rank + to);
    assertEquals(
      [...await ranks.exchange(sentTo)],
      Array.from({ length: size }, (_, from) => 10 * from + rank),
    );
    const late = new Float32Array([1]), wait = new Promise((resolve) => setTimeout(resolve, 50 * rank));
    const calls = [ranks.sum(wait.then(() => late)), ranks.max(most)]; // in this order, whatever comes first
    await Promise.all(calls);
    assertEquals([...late], [size]);
    const inPart = values(1000); // a view into a larger array
    await ranks.sum(inPart.subarray(10, 20));
    assertEquals(inPart.subarray(0, 10), values(1000).subarray(0, 10));
    const digests: string[] = [];
    for (const length of [1, 2, 7, 1000, 50_000, 7, 7, 1000, 50_000, 1000, 50_000, 7, 1000, 50_000]) {
      const summed = values(length);
      await ranks.sum(summed);
      digests.push(`${length}:${await digest(summed)}`);
      const last = Array.from({ length: size }, (_, of) => values(length, of)[length - 1]);
      const largest = Math.max(...last.map(Math.abs));
      const off = Math.abs(summed[length - 1] - last.reduce((a, b) => a + b));
      if (off > size * largest * 2 ** -23) throw new Error(`sum of ${length} is off by ${off}`);
    }
    return [...new Set(digests)].sort();
  },
  /** Rank 0 comes late; meanwhile the others' event loops go on, and take no processor. */
  async late() {
    await ranks.barrier();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 10);
    const before = performance.now(), used = cpuUsage();
    if (rank === 0) await new Promise((resolve) => setTimeout(resolve, 700));
    await ranks.barrier();
    clearInterval(timer);
    const { user, system } = cpuUsage(used);
    return {
      rank,
      ticks,
      ms: performance.now() - before,
      cpu: (user + system) / 1000,
    };
  },
  async waits() {
    console.log(JSON.stringify({ rank, pid: Deno.pid }));
    if (rank === 0) await new Promise(() => setInterval(() => {}, 1000));
    await ranks.barrier();
    return {};
  },
  async aborts() {
    if (rank === 1) {
      console.error("rank 1: broken");
      ranks.abort(70);
    }
    await ranks.barrier();
    return {};
  },
};

console.log(JSON.stringify(await parts[Deno.args[0]]()));
await ranks.close();
Deno.exit(0);
