/** Kills one of two ranks at random moments, and asks one to stop; each time the run resumes to the uninterrupted one's bits. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { withFolder } from "../e2e/cli.ts";
import { clear, overrides, remainsIn } from "../e2e/killing.ts";
import { type InstalledMpi, mpiTest } from "../mpi.ts";
import { seed } from "./seed.ts";

const LENGTH = { epochs: 3, kept: 2 }, RANKS = 2, KILLS = 10;

/** A run on the ranks. */
function launch(mpi: InstalledMpi, folder: string): Deno.Command {
  const args = [
    "run",
    "--config=deno.json",
    "--allow-all",
    "src/cli.ts",
    "train",
    ...overrides(folder, LENGTH),
  ];
  return mpi.launch(RANKS, args, { DENO_NO_UPDATE_CHECK: "1" });
}

async function runToEnd(mpi: InstalledMpi, folder: string): Promise<void> {
  const { code, stderr } = await launch(mpi, folder).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
}

/** The processes of the ranks below a launcher's. */
async function ranksBelow(pid: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("pgrep", { args: ["-P", String(pid)] }).output();
  const children = new TextDecoder().decode(stdout).trim().split("\n").filter(Boolean).map(Number);
  const isDeno = (child: number) => Deno.readTextFileSync(`/proc/${child}/comm`).trim() === "deno";
  const own = children.filter(isDeno);
  if (own.length > 0 || children.length === 0) return own;
  return (await Promise.all(children.map(ranksBelow))).flat(); // MPICH has a proxy in between
}

/** Signals one of the ranks after so many milliseconds. @returns what the launcher said, and the seconds to its end */
async function signal(mpi: InstalledMpi, folder: string, name: Deno.Signal, after: number) {
  const launcher = launch(mpi, folder).spawn(), output = launcher.output();
  await Promise.race([new Promise((resolve) => setTimeout(resolve, after)), output]);
  const ranks = await ranksBelow(launcher.pid), start = performance.now();
  const hit = ranks[Math.floor(after) % Math.max(ranks.length, 1)];
  if (hit !== undefined) Deno.kill(hit, name);
  const { code, stdout, stderr } = await output;
  const seconds = (performance.now() - start) / 1000;
  const left = ranks.filter((pid) => {
    try {
      return Deno.statSync(`/proc/${pid}`).isDirectory;
    } catch {
      return false;
    }
  });
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, error, seconds, left, isHit: hit !== undefined };
}

mpiTest(
  `a run whose rank is killed ends within 10 s, and resumes to the same bits (seed ${seed})`,
  (mpi) =>
    withFolder(async (folder) => {
      const random = rng(seed, "kills of ranks");
      await runToEnd(mpi, folder);
      await clear(folder);
      const started = performance.now();
      await runToEnd(mpi, folder);
      const whole = performance.now() - started, expected = await remainsIn(folder);
      for (let i = 0; i < KILLS; i++) {
        await clear(folder);
        const after = random.uniform(.2, .9) * whole;
        const { seconds, left, isHit, code } = await signal(mpi, folder, "SIGKILL", after);
        console.log(
          `killed after ${(after / 1000).toFixed(1)} s: all ended ${seconds.toFixed(1)} s later with ${code}`,
        );
        if (isHit) assert(code !== 0 && seconds < 10, `${seconds} s, code ${code}`);
        assertEquals(left, []);
        await runToEnd(mpi, folder);
        assertEquals(await remainsIn(folder), expected);
      }
      await clear(folder);
      const { out, error } = await signal(mpi, folder, "SIGTERM", .6 * whole);
      assertStringIncludes(error + out, "The run was interrupted after step");
      assertEquals((error + out).split("go on with resume=").length, 2, "it is saved and said once");
      await runToEnd(mpi, folder);
      assertEquals(await remainsIn(folder), expected);
    }),
);
