/** Sweeps: sequential runs, one for each combination of values. A failed job is listed, and the others still run. */

import { BusyError, ConfigError, exitCode, InterruptedError } from "../base/errors.ts";
import { shellQuote } from "../base/shell_quote.ts";
import { type ConfigRequest, jobRequest, load, planSweep, readSweep, type SweepPlan } from "../config/mod.ts";
import type { Host } from "../setup/host.ts";
import type { CommandLine } from "./command_line.ts";
import { newestAttempt } from "../setup/run_places.ts";
import { type JobResult, readResult } from "../setup/run_result.ts";
import { waitForLock } from "../setup/wait_for_lock.ts";
import { runOnce } from "./run_once.ts";
import { distinct } from "../train/report/run_names.ts";
import { summaryLines } from "./summary.ts";
import type { ConfiguredTask } from "./task.ts";

/** The file in a sweep's folder that says what its jobs are. */
const PLAN = "multirun.yaml";

/** A sweep in progress. */
interface Sweep {
  readonly host: Host;
  readonly task: ConfiguredTask;
  readonly request: ConfigRequest;
  readonly plan: SweepPlan;
}

/** Runs a sweep according to its command line. @returns 0, or the exit code of the first job that failed */
export async function sweep(
  host: Host,
  task: ConfiguredTask,
  { flags }: CommandLine,
  request: ConfigRequest,
): Promise<number> {
  const folder = flags.get("resume");
  const run = folder === undefined
    ? { host, task, request, plan: planSweep(request, host.configWorld) }
    : await resumed(host, task, request, folder);
  const { plan } = run;
  if (flags.has("print-jobs")) {
    for (const number of plan.jobs.keys()) host.print(commandLine(run, number, flags));
    return 0;
  }
  const chosen = chosenJobs(plan, flags.get("job"));
  requireOneLoadable(run, chosen);
  await writePlan(host, plan, task.name);
  host.print(`sweep   ${plan.folder}, ${plan.jobs.length} jobs`);
  const results = new Map<number, JobResult>(), others: number[] = [];
  try {
    for (const number of chosen) {
      const result = await runJob(run, number);
      if (result === undefined) others.push(number);
      else results.set(number, result);
    }
  } finally {
    for (const number of others) { // that other processes have run meanwhile
      const { result } = await newestResult(run, number);
      if (result?.code === 0) results.set(number, result);
    }
    if (flags.get("job") === undefined) {
      summaryLines(plan, results, task.name).forEach((line) => host.print(line));
    }
  }
  return [...results.values()].find(({ code }) => code !== 0)?.code ?? 0;
}

/** Keeps the sweep in its folder, for resuming it. @throws ConfigError if the folder has another sweep */
async function writePlan(host: Host, plan: SweepPlan, task: string): Promise<void> {
  const { folder, text } = plan, path = `${folder}/${PLAN}`;
  await using _ = await waitForLock(host, path, `starts a sweep in ${folder}`);
  const before = await host.folderStore(folder).readText(PLAN);
  if (before !== undefined && !isSame(readSweep(before, folder, task).plan.jobs, plan.jobs)) {
    throw new ConfigError(
      `Cannot start the sweep: ${folder} has one with other jobs; give another hydra.sweep.dir, or run the rest of ` +
        `that one with --resume ${folder}`,
    );
  }
  await host.writeAtomic(path, new TextEncoder().encode(text));
}

function isSame(one: SweepPlan["jobs"], other: SweepPlan["jobs"]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Says which jobs have a configuration that cannot run, before hours go into the others.
 * @throws ConfigError of the first job, if all of them have one
 */
function requireOneLoadable({ host, request, plan }: Sweep, chosen: readonly number[]): void {
  const faults = new Map<number, ConfigError>(), world = host.configWorld;
  for (const number of chosen) {
    try {
      load(jobRequest(request, plan, number, world).request, world);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.set(number, error);
    }
  }
  const [first] = faults.values();
  if (first && faults.size === chosen.length) throw first;
  for (const [number, { message }] of faults) host.print(`note    job ${number} will fail: ${message}`);
}

/** The sweep in a folder. */
async function resumed(
  host: Host,
  task: ConfiguredTask,
  request: ConfigRequest,
  folder: string,
): Promise<Sweep> {
  if (request.overrides.length > 0) {
    throw new ConfigError(
      `Cannot resume ${folder} with other overrides: they come from its multirun.yaml; leave out ${
        request.overrides.join(" ")
      }`,
    );
  }
  const path = folder.replace(/\/+$/, "");
  const text = await host.folderStore(path).readText(PLAN);
  if (text === undefined) throw new ConfigError(`Cannot resume ${path}: it has no ${PLAN}`);
  const { plan, root, sources } = readSweep(text, path, task.name);
  const given = sources.filter(({ provider }) => provider !== "main" && provider !== "hydra.searchpath")
    .map(({ provider, path }) => ({ provider, files: host.configWorld.openConfigFolder(path) }));
  const hasMain = given.some(({ provider }) => provider === "--config-path");
  const main = request.sources.filter(({ provider }) => provider === "main" && !hasMain);
  return { host, task, request: { ...request, root, sources: [...given, ...main] }, plan };
}

function chosenJobs({ jobs }: SweepPlan, number: string | undefined): number[] {
  if (number === undefined) return [...jobs.keys()];
  const job = Number(number);
  if (/^\d+$/.test(number) && job < jobs.length) return [job];
  throw new ConfigError(`Cannot run job ${number}: jobs are 0 to ${jobs.length - 1}`);
}

/** The folder of a job's newest attempt, and its result. */
async function newestResult({ host, request, plan }: Sweep, number: number) {
  const job = jobRequest(request, plan, number, host.configWorld);
  const newest = await newestAttempt(host, job.folder);
  return { job, newest, result: await readResult(host, newest) };
}

/**
 * Runs a job unless it is done or another process runs it. An error becomes its result; only an interruption ends the
 * sweep.
 */
async function runJob(run: Sweep, number: number): Promise<JobResult | undefined> {
  const { host, task, plan } = run;
  const name = `job ${number} (${number + 1} of ${plan.jobs.length})`;
  const started = performance.now();
  try {
    const { job, newest, result: before } = await newestResult(run, number);
    if (before?.code === 0) {
      host.print(`\n${name}: already done in ${newest}`);
      return before;
    }
    host.print(`\n${name}: ${distinct(plan.jobs[number], plan.jobs)}`);
    return await runOnce(host, task, load(job.request, host.configWorld));
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    if (error instanceof BusyError) return void host.print(`skipped ${error.message}`);
    const { name: kind, message } = error as Error;
    host.print(`failed  ${kind}: ${message}`);
    const seconds = (performance.now() - started) / 1000;
    return { code: exitCode(error), error: `${kind}: ${message}`, seconds, metrics: new Map() };
  }
}

/** A job as a command line that another machine can run. */
function commandLine(
  { host, task, request, plan }: Sweep,
  number: number,
  flags: CommandLine["flags"],
): string {
  const { request: job } = jobRequest(request, plan, number, host.configWorld);
  const names = ["config-dir", "config-path", "config-name"] as const;
  const kept = names.flatMap((name) => flags.has(name) ? [`--${name}`, flags.get(name)!] : []);
  return ["deno", "task", task.name, ...kept, ...job.overrides].map(shellQuote).join(" ");
}
