import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type InstalledMpi, mpiTest } from "../mpi.ts";

const RANK = ["run", "--no-check", "-A", "--config=deno.dev.json", "tests/host/mpi_rank.ts"];

async function run(mpi: InstalledMpi, ranks: number, part: string, script = RANK) {
  const { code, stdout, stderr } = await mpi.launch(ranks, [...script, part]).output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, error };
}

function lines(text: string): unknown[] {
  return text.split("\n").filter((line) => /^[[{]/.test(line)).map((line) => JSON.parse(line));
}

mpiTest("three ranks sum, gather and broadcast; all have the same bits each time", async (mpi) => {
  const { code, out, error } = await run(mpi, 3, "all");
  assertEquals(code, 0, error);
  const digests = lines(out) as string[][];
  assertEquals(digests.length, 3);
  // Five lengths, some of them summed four times: no length has more than one digest.
  assertEquals(digests[0].map((digest) => digest.split(":")[0]).sort(), ["1", "1000", "2", "50000", "7"]);
  assertEquals([digests[1], digests[2]], [digests[0], digests[0]]);
});

mpiTest("a rank that waits goes on with other work, and takes no processor", async (mpi) => {
  const { code, out, error } = await run(mpi, 2, "late");
  assertEquals(code, 0, error);
  const waited = (lines(out) as { rank: number; ticks: number; ms: number; cpu: number }[])
    .find(({ rank }) => rank === 1)!;
  assert(waited.ms >= 650 && waited.ticks >= 10, JSON.stringify(waited));
  assert(waited.cpu < waited.ms / 2, JSON.stringify(waited));
});

mpiTest("a rank that aborts ends all", async (mpi) => {
  const started = performance.now();
  const { code, error } = await run(mpi, 2, "aborts");
  assert(code !== 0);
  assertStringIncludes(error, "rank 1: broken");
  assert(performance.now() - started < 10_000);
});

const main = (mpi: InstalledMpi, who: string) =>
  run(mpi, 2, who, ["run", "--no-check", "-A", "--config=deno.dev.json", "tests/host/mpi_main.ts"]);

mpiTest("an error on one rank ends all, with its message and number", async (mpi) => {
  const started = performance.now();
  const { code, out, error } = await main(mpi, "one");
  assert(code !== 0);
  assertStringIncludes(error, "rank 1: DataError: Cannot read x.jpg\n");
  assertEquals(out.includes("is done"), false);
  assert(performance.now() - started < 10_000);
});

mpiTest("an error of all ranks is said once", async (mpi) => {
  const { code, error } = await main(mpi, "all");
  assert(code !== 0);
  assertEquals(error.match(/ConfigError/g)?.length, 1, error);
  assertStringIncludes(error, "rank 0: ConfigError: Cannot train as configured\n");
});

mpiTest("ranks that finish end without a complaint of the launcher", async (mpi) => {
  const { code, out, error } = await main(mpi, "none");
  assertEquals([code, error], [0, ""]);
  assertEquals(out.trim().split("\n").sort(), [0, 1].map((rank) => `rank ${rank} of 2 is done`));
});

Deno.test("a process by itself loads no MPI", async () => {
  const script = `
    import { openRanks } from "./src/host/deno_ranks.ts";
    const { size } = await openRanks();
    const maps = Deno.build.os === "linux" ? await Deno.readTextFile("/proc/self/maps") : "";
    console.log(size, maps.includes("libmpi"));`;
  const args = ["eval", "--no-check", "--config=deno.dev.json", script];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
  assertEquals(new TextDecoder().decode(stdout), "1 false\n");
});

mpiTest("a rank that is killed ends all", async (mpi) => {
  const child = mpi.launch(3, [...RANK, "waits"]).spawn();
  const pids = new Map<number, number>();
  let out = "";
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  while (pids.size < 3) {
    const { value, done } = await reader.read();
    assert(!done, out);
    out += value;
    for (const line of lines(out.slice(0, out.lastIndexOf("\n") + 1)) as { rank: number; pid: number }[]) {
      pids.set(line.rank, line.pid);
    }
  }
  const killed = performance.now();
  Deno.kill(pids.get(1)!, "SIGKILL");
  await Promise.all([reader.cancel(), child.stderr.cancel()]);
  const { code } = await child.status;
  assert(code !== 0);
  for (const pid of pids.values()) assert(!await lives(pid), `process ${pid} lives on`);
  assert(performance.now() - killed < 10_000);
});

/** Whether a process lives on for two seconds. */
async function lives(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 20; tries++) {
    const { success } = await new Deno.Command("kill", { args: ["-0", String(pid)], stderr: "null" })
      .output();
    if (!success) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return true;
}
