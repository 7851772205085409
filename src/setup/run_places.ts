/** Where a run's files go: its own folder and its checkpoints, neither of which another run uses at the same time. */
import { BusyError, FileError } from "../base/errors.ts";
import type { Lock } from "../base/lock.ts";
import { fnv1a32 } from "../base/rng.ts";
import type { Config } from "../config/mod.ts";
import { folderOf } from "../data/files/paths.ts";
import { checkpointsIn, placeAside, WEIGHTS } from "./checkpoint_store.ts";
import type { Host } from "./host.ts";
import { findLatest, lookAt, type Resume, runOf } from "./resume.ts";
import { readResult } from "./run_result.ts";

/** The folders of a run and of its checkpoints, held until the run ends. */
export interface RunPlaces extends AsyncDisposable {
  readonly folder: string;
  readonly checkpoints: string;
  readonly resume: Resume | undefined;
}

/** The folder of the cache with a lock for each run in progress. */
export const RUNS = "runs";

/** What is locked inside a run's folder, for as long as the run is in it. */
const RUN = ".run";

/**
 * Decides where a training's files go: into the folder of the run that it resumes, or into `folder`, or beside that.
 * Its checkpoints go to the fixed folder `<checkpoint_dir>/<experiment>`; those of a sweep's job, which share an
 * experiment, and those of a run whose experiment another run trains at the time, into the run's own folder.
 * @throws ConfigError or DataError if the run to resume cannot be resumed, BusyError if it is in progress
 */
export function findPlaces(host: Host, config: Config, folder: string, isJob: boolean): Promise<RunPlaces> {
  return holding(host, (held) => decide(held, config, folder, isJob));
}

/** Takes a folder for a run without checkpoints. */
export function plainPlaces(host: Host, folder: string, isJob: boolean): Promise<RunPlaces> {
  return holding(host, (held) => ownPlaces(held, folder, isJob));
}

async function holding(host: Host, find: (held: Held) => Promise<Places>): Promise<RunPlaces> {
  const held = new Held(host);
  try {
    const places = await find(held);
    await announce(held, places.folder);
    return { ...places, [Symbol.asyncDispose]: () => held.release() };
  } catch (error) {
    await held.release();
    throw error;
  }
}

/** Says in the cache that a run is in progress, wherever its folders are: `clean` leaves what it may be reading. */
async function announce(held: Held, folder: string): Promise<void> {
  try {
    await held.take(`${held.host.cacheFolder(RUNS)}/${fnv1a32(folder).toString(36)}`, `runs in ${folder}`);
  } catch (error) {
    if (!(error instanceof FileError)) throw error; // what takes no lock cannot be removed, either
  }
}

/** The folder of a run's own checkpoints, where it cannot use its experiment's. */
function checkpointsOf(run: string): string {
  return `${run}/checkpoints`;
}

/** Locks that a run holds. */
class Held {
  readonly #locks: Lock[] = [];

  constructor(readonly host: Host) {}

  /** Locks `path`. @returns who else holds it, if anyone does */
  async take(path: string, what: string): Promise<string | undefined> {
    const lock = await this.host.tryLock(path, what);
    if (!lock.isOurs) return lock.by;
    this.#locks.push(lock);
    return undefined;
  }

  /** Gives back what was taken last. */
  async giveBack(): Promise<void> {
    await this.#locks.pop()?.release();
  }

  async release(): Promise<void> {
    while (this.#locks.length > 0) await this.giveBack();
  }
}

type Places = Omit<RunPlaces, typeof Symbol.asyncDispose>;

async function decide(held: Held, config: Config, folder: string, isJob: boolean): Promise<Places> {
  const { resume: wanted, trainer: { fast_dev_run, lr_find } } = config;
  if (fast_dev_run !== false || lr_find) {
    if (wanted !== "never") {
      const trial = lr_find ? "lr_find" : "fast_dev_run";
      held.host.print(`  note: resume=${wanted} has no effect with trainer.${trial}`);
    }
    return await ownPlaces(held, folder, isJob);
  }
  if (wanted === "auto") return await newestPlaces(held, config, folder, isJob);
  if (wanted !== "never") return await resumedPlaces(held, config, { folder, isJob, path: wanted });
  return isJob ? await ownPlaces(held, folder, isJob) : await freshPlaces(held, config, folder);
}

async function ownPlaces(held: Held, folder: string, isJob: boolean): Promise<Places> {
  const own = await claimFolder(held, folder, isJob);
  return { folder: own, checkpoints: checkpointsOf(own), resume: undefined };
}

/** Of a run that begins anew; checkpoints of an earlier one give way, unless that is in progress. */
async function freshPlaces(held: Held, config: Config, folder: string): Promise<Places> {
  const { host } = held, own = await claimFolder(held, folder, false), shared = experimentFolder(config);
  const holder = await held.take(shared, `trains in ${own}`);
  if (holder !== undefined) {
    const checkpoints = checkpointsOf(own);
    host.print(`  note: ${shared} belongs to ${holder}: this run keeps its checkpoints in ${checkpoints}`);
    return { folder: own, checkpoints, resume: undefined };
  }
  const aside = await placeAside(host, shared);
  if (aside !== undefined && config.callbacks.model_checkpoint) {
    host.print(
      `  note: an earlier run's checkpoints move from ${shared} to ${aside} with the first save; ` +
        "resume=auto would go on from them",
    );
  }
  return { folder: own, checkpoints: shared, resume: undefined };
}

/** Of the run that saved the experiment's, or the job's, newest checkpoint. */
async function newestPlaces(held: Held, config: Config, folder: string, isJob: boolean): Promise<Places> {
  const { host } = held;
  const newest = isJob ? await newestAttempt(host, folder) : folder;
  const checkpoints = isJob ? checkpointsOf(newest) : experimentFolder(config);
  const run = await runOf(host, `${checkpoints}/last.safetensors`) ?? newest;
  if (!isJob) await requireFree(held, checkpoints, run);
  const resume = await findLatest(host, config, checkpoints);
  if (resume) return await continued(held, { folder, isJob, checkpoints, resume });
  host.print(`resume  from the start, because ${checkpoints} has no checkpoints`);
  const own = await claimFolder(held, folder, isJob);
  return { folder: own, checkpoints: isJob ? checkpointsOf(own) : checkpoints, resume: undefined };
}

/** Of the run whose checkpoint is at `path`. */
async function resumedPlaces(
  held: Held,
  config: Config,
  { folder, isJob, path }: { readonly folder: string; readonly isJob: boolean; readonly path: string },
): Promise<Places> {
  const { host } = held;
  const resume = { ...await lookAt(host, config, path), why: "as resume says" };
  const checkpoints = await checkpointsAfter(host, config, resume);
  await requireFree(held, checkpoints, resume.folder);
  return await continued(held, { folder, isJob, checkpoints, resume });
}

/**
 * Where a run that resumes from a path goes on saving: beside the checkpoint. If that is one of the two in the run's
 * own folder, where it saved before, if that is still its own.
 */
async function checkpointsAfter(host: Host, config: Config, { path, folder }: Resume): Promise<string> {
  const beside = folderOf(path), shared = experimentFolder(config);
  if (beside !== `${folder}/${WEIGHTS}`) return beside;
  return await runOf(host, `${shared}/last.safetensors`) === folder ? shared : checkpointsOf(folder);
}

/** Goes on in the folder of the resumed run, or in `folder` if that is gone. */
async function continued(
  held: Held,
  { folder, isJob, checkpoints, resume }: {
    readonly folder: string;
    readonly isJob: boolean;
    readonly checkpoints: string;
    readonly resume: Resume;
  },
): Promise<Places> {
  const { host } = held, run = resume.folder;
  if (await host.folderStore(run).exists("")) {
    await requireFree(held, `${run}/${RUN}`, run);
    return { folder: run, checkpoints, resume };
  }
  const own = await claimFolder(held, folder, isJob);
  host.print(`  note: ${run} is gone, and with it what was logged so far: going on in ${own}`);
  return { folder: own, checkpoints, resume };
}

async function requireFree(held: Held, path: string, run: string): Promise<void> {
  const holder = await held.take(path, `trains in ${run}`);
  if (holder === undefined) return;
  throw new BusyError(
    `Cannot resume ${run}: it belongs to ${holder}; stop that first, or give resume=never to start another run`,
  );
}

/** The fixed folder of an experiment's checkpoints. */
function experimentFolder({ experiment, checkpoint_dir }: Config): string {
  return `${checkpoint_dir}/${experiment}`;
}

/**
 * Takes `folder`, or the next free name beside it: `folder.1`. A folder is free if no run is in it, and the last one
 * left neither weights nor a result: it failed, or was killed before its first checkpoint.
 * @throws BusyError if another process runs the same job of a sweep
 */
async function claimFolder(held: Held, folder: string, isJob: boolean): Promise<string> {
  for (let number = 0;; number++) {
    const own = attempt(folder, number);
    const holder = await held.take(`${own}/${RUN}`, `runs in ${own}`);
    if (holder !== undefined && isJob) {
      throw new BusyError(`Cannot run the job of ${folder}: it belongs to ${holder}`);
    }
    if (holder !== undefined) continue;
    if (await isKept(held.host, own)) {
      await held.giveBack();
      continue;
    }
    if (number > 0) held.host.print(`  note: ${folder} holds another run: this one goes to ${own}`);
    return own;
  }
}

/** True for the folder of a run whose files must stay as they are. */
async function isKept(host: Host, folder: string): Promise<boolean> {
  if ((await checkpointsIn(host, `${folder}/${WEIGHTS}`)).length > 0) return true;
  return (await readResult(host, folder))?.code === 0;
}

/** The folder of the newest run that was started for `folder`: see {@link claimFolder}. */
export async function newestAttempt(host: Host, folder: string): Promise<string> {
  for (let number = 0;; number++) {
    if (!await host.folderStore(attempt(folder, number + 1)).exists("")) return attempt(folder, number);
  }
}

function attempt(folder: string, number: number): string {
  return number === 0 ? folder : `${folder}.${number}`;
}
