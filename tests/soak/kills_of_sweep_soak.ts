/**
 * Two processes work on one sweep at once, and are killed at random moments and started again. Each job comes to all that
 * it leaves when nothing is killed.
 */
import { assert, assertEquals } from "@std/assert";
import { type Rng, rng } from "../../src/base/rng.ts";
import { cli, command, withFolder } from "../e2e/cli.ts";
import { isWriting, overrides, remains } from "../e2e/killing.ts";
import { e2eTest } from "../rings.ts";
import { seed } from "./seed.ts";

const LENGTH = { epochs: 2, kept: 1 };
const JOBS = [0, 1, 2], WORKERS = 2;
const KILLS = Number(Deno.env.get("SOAK_KILLS") ?? 30), KILLS_A_ROUND = 3;

/** The sweep in a folder, which every worker is started with. */
function sweepOf(folder: string): string[] {
  const common = overrides(folder, LENGTH).filter((text) => !text.startsWith("hydra."));
  return ["-m", ...common, "optimizer.lr=1e-3,2e-3,3e-3", `hydra.sweep.dir=${folder}/sweep`];
}

async function remainsOfJobs(folder: string): Promise<unknown[]> {
  return await Promise.all(JOBS.map((job) => {
    const run = `${folder}/sweep/${job}`;
    return remains(run, `${run}/checkpoints`);
  }));
}

e2eTest(
  `a sweep whose two workers are killed comes to the same bits (seed ${seed})`,
  (context) =>
    withFolder(async (folder) => {
      const random = rng(seed, "kills of a sweep"), args = sweepOf(folder);
      const started = performance.now();
      await finish(args);
      const whole = performance.now() - started, expected = await remainsOfJobs(folder);
      for (let killed = 0; killed < KILLS;) {
        const kills = Math.min(KILLS_A_ROUND, KILLS - killed);
        await context.step(`${killed} kills before, ${kills} more`, async () => {
          await Deno.remove(`${folder}/sweep`, { recursive: true });
          killed += await round(folder, kills, () => moment(folder, random, whole / JOBS.length));
          await finish(args);
          assertEquals(await remainsOfJobs(folder), expected);
        });
      }
    }),
);

/** Runs the rest of a sweep. */
async function finish(args: readonly string[]): Promise<void> {
  const { code, out, error } = await cli("train", args);
  assertEquals(code, 0, out + error);
  assert(out.includes(`: ${JOBS.length} done\n`), out);
}

/** Keeps two workers at the sweep until so many were killed or all jobs are done. @returns how many were killed */
async function round(folder: string, kills: number, next: () => Promise<number>): Promise<number> {
  let killed = 0;
  const start = () => {
    const process = command("train", sweepOf(folder)).spawn();
    return { process, ended: process.output() };
  };
  const workers = Array.from({ length: WORKERS }, start);
  while (killed < kills) {
    const at = await next(), { process, ended } = workers[at];
    try {
      process.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it had ended, with all jobs done or left to the other
    }
    if ((await ended).signal === "SIGKILL") console.log(`kill ${++killed} of ${kills}`);
    else if (await isDone(folder)) break;
    workers[at] = start();
  }
  for (const { ended } of workers) assertEquals((await ended).code, 0);
  return killed;
}

async function isDone(folder: string): Promise<boolean> {
  const results = await Promise.all(
    JOBS.map((job) => Deno.stat(`${folder}/sweep/${job}/result.json`).catch(() => undefined)),
  );
  return results.every((result) => result !== undefined);
}

/**
 * Waits for any moment within the time that a job takes, or for one in three until some job is writing a checkpoint.
 * @returns the worker to kill
 */
async function moment(folder: string, random: Rng, most: number): Promise<number> {
  const worker = random.integer(WORKERS), isAny = random.integer(3) > 0;
  const end = performance.now() + (isAny ? random.uniform(.1, 1) : 1) * most;
  while (performance.now() < end) {
    const writing = await Promise.all(JOBS.map((job) => isWriting(`${folder}/sweep/${job}/checkpoints`)));
    if (!isAny && writing.includes(true)) break;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return worker;
}
