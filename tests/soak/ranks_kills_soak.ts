/** Kills one of two ranks at random moments, and asks one to stop; each time the run resumes to the uninterrupted one's bits. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { withFolder } from "../e2e/cli.ts";
import { type InstalledMpi, mpiTest } from "../mpi.ts";
import { seed } from "./seed.ts";

const RANKS = 2, KILLS = 10;

/** A run on the ranks. */
function launch(mpi: InstalledMpi, folder: string): Deno.Command {
  return mpi.launch(RANKS, [
    "run",
    "--no-check",
    "-A",
    "--config=deno.dev.json",
    "tests/soak/ranked_main.ts",
    folder,
  ]);
}

/** Runs to the end, from what is in the folder. @returns what rank 0 leaves */
async function runToEnd(mpi: InstalledMpi, folder: string): Promise<string> {
  const { code, stderr } = await launch(mpi, folder).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return await Deno.readTextFile(`${folder}/result.json`);
}

async function clear(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) await Deno.remove(`${folder}/${name}`);
}

/** Whether a process still runs, and is not only waiting for its parent to notice that it has ended. */
function lives(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Signals one of the ranks after so many milliseconds. @returns what the launcher said, and the seconds to the end of all */
async function signal(mpi: InstalledMpi, folder: string, name: Deno.Signal, after: number) {
  const launcher = launch(mpi, folder).spawn(), pids: number[] = [];
  let out = "", start = 0;
  const timer = setTimeout(() => {
    start = performance.now();
    if (pids.length > 0) Deno.kill(pids[Math.floor(after) % pids.length], name);
  }, after);
  const [error, { code }] = await Promise.all([
    new Response(launcher.stderr).text(),
    launcher.status,
    launcher.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
      new WritableStream({
        write(text) {
          out += text;
          pids.splice(0, pids.length, ...out.matchAll(/pid (\d+)\n/g).map(([, pid]) => Number(pid)));
        },
      }),
    ),
  ]);
  clearTimeout(timer);
  while (pids.some(lives)) await new Promise((resolve) => setTimeout(resolve, 50));
  const seconds = (performance.now() - start) / 1000;
  return { code, text: out + error, seconds, isHit: start > 0 && pids.length > 0 };
}

mpiTest(
  `a run whose rank is killed ends within 10 s, and resumes to the same bits (seed ${seed})`,
  (mpi) =>
    withFolder(async (folder) => {
      const random = rng(seed, "kills of ranks");
      await runToEnd(mpi, folder); // compiles
      await clear(folder);
      const started = performance.now(), expected = await runToEnd(mpi, folder);
      const whole = performance.now() - started;
      for (let i = 0; i < KILLS; i++) {
        await clear(folder);
        const after = random.uniform(.2, .9) * whole;
        const { seconds, isHit, code } = await signal(mpi, folder, "SIGKILL", after);
        const saved = await Deno.stat(`${folder}/last.safetensors`).then(() => "", () =>
          ", before its first step");
        console.log(
          `killed after ${(after / 1000).toFixed(1)} of ${(whole / 1000).toFixed(1)} s${saved}: ` +
            `${isHit ? `all ended ${seconds.toFixed(1)} s later` : "no rank had begun"} with ${code}`,
        );
        if (isHit) {
          assert(code !== 0 && seconds < 10, `${seconds} s, code ${code}`);
        }
        assertEquals(await runToEnd(mpi, folder), expected);
      }
      await clear(folder);
      const { text } = await signal(mpi, folder, "SIGTERM", .7 * whole);
      assertMatch(text, /InterruptedError: The run was interrupted after step \d+/);
      assertEquals(text.match(/saved after step/g)?.length, 1, "it is saved once");
      assertEquals(await runToEnd(mpi, folder), expected);
    }),
);
