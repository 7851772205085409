/** Where an experiment's checkpoints are stored, and which one a run resumes from. */
import { ConfigError, DataError } from "../base/errors.ts";
import { type Config, formatConfigJson, keptForm, readConfigJson } from "../config/mod.ts";
import { folderOf } from "../data/files/paths.ts";
import type { CheckpointStore } from "../train/callbacks/plugin.ts";
import type { Snapshot } from "../train/run.ts";
import { decodeSnapshot } from "../train/snapshot.ts";
import type { Host } from "./host.ts";
import type { OpenData } from "./open_data.ts";

/** Metadata keys for facts about the run that wrote a checkpoint. */
const EXPERIMENT = "wgrad.experiment", RUN = "wgrad.run", CONFIG = "wgrad.config", DATA = "wgrad.data";

/** A checkpoint to resume from, and why it was chosen. */
export interface Resume {
  readonly path: string;
  /** The folder of the run that wrote it. */
  readonly folder: string;
  readonly why: string;
}

/** The folders of a run and of its checkpoints. */
export interface RunPlaces {
  readonly folder: string;
  readonly checkpoints: string;
  readonly resume: Resume | undefined;
}

/** Facts about a run for the metadata of its checkpoints. */
export function aboutRun(config: Config, folder: string, data: OpenData): Map<string, string> {
  return new Map([
    [EXPERIMENT, config.experiment],
    [RUN, folder],
    [CONFIG, formatConfigJson(config)],
    [DATA, data.fingerprint],
  ]);
}

/**
 * The fixed folder `<checkpoint_dir>/<experiment>`. The jobs of a sweep share a name, so each keeps its
 * checkpoints in its own folder.
 */
function checkpointFolder(
  { experiment, checkpoint_dir }: Config,
  folder: string,
  isJob: boolean,
): string {
  return isJob ? `${folder}/checkpoints` : `${checkpoint_dir}/${experiment}`;
}

/** Decides where a run's files go: into `folder`, or into the folder of the run that it resumes. */
export async function findPlaces(
  host: Host,
  config: Config,
  folder: string,
  isJob: boolean,
): Promise<RunPlaces> {
  const checkpoints = checkpointFolder(config, folder, isJob);
  const resume = config.trainer.fast_dev_run === false
    ? await findResume(host, config, checkpoints)
    : undefined;
  if (!resume) {
    const aside = await placeAside(host, checkpoints);
    if (aside !== undefined && config.resume === "never" && config.callbacks.model_checkpoint) {
      host.print(
        `  note: an earlier run's checkpoints move from ${checkpoints} to ${aside} with the first save; ` +
          "resume=auto would go on from them",
      );
    }
    return { folder, checkpoints, resume };
  }
  const hasRun = await host.folderStore(resume.folder).exists("");
  if (!hasRun) {
    host.print(`  note: ${resume.folder} is gone, and with it what was logged so far: going on in ${folder}`);
  }
  return { folder: hasRun ? resume.folder : folder, checkpoints: folderOf(resume.path), resume };
}

/**
 * Writes into `folder`. Before its first write, a fresh run moves any checkpoints from an earlier run aside,
 * so nothing is overwritten.
 */
export function checkpointStore(host: Host, folder: string, isResumed: boolean): CheckpointStore {
  let claimed: Promise<void> | undefined;
  const claim = () => claimed ??= isResumed ? Promise.resolve() : moveAside(host, folder);
  const at = (name: string) => `${folder}/${name}`;
  return {
    folder,
    async probe() {
      await host.writeAtomic(`${folder}.probe`, new Uint8Array());
      await host.folderStore(folderOf(folder)).remove(`${folder}.probe`.slice(folderOf(folder).length + 1));
    },
    async write(name, bytes) {
      await claim();
      await host.writeAtomic(at(name), bytes);
    },
    link: (from, to) => host.linkAtomic(at(from), at(to)),
    remove: (name) => host.folderStore(folder).remove(name),
  };
}

async function moveAside(host: Host, folder: string): Promise<void> {
  const aside = await placeAside(host, folder);
  const parent = folderOf(folder);
  const nameOf = (path: string) => parent === "" ? path : path.slice(parent.length + 1);
  if (aside !== undefined) await host.folderStore(parent || ".").rename(nameOf(folder), nameOf(aside));
}

/** Where an earlier run's checkpoints can be moved to; undefined if there are none. */
async function placeAside(host: Host, folder: string): Promise<string | undefined> {
  const exists = (path: string) => host.folderStore(path).exists("");
  if (!await exists(folder)) return undefined;
  const files = await (await host.openTree(folder)).paths();
  if (!files.some((name) => name.endsWith(".safetensors"))) return undefined; // left incomplete by a kill
  for (let i = 1;; i++) {
    if (!await exists(`${folder}.${i}`)) return `${folder}.${i}`;
  }
}

/**
 * Finds the checkpoint that `resume` refers to: none for never; for auto the experiment's last one, if it is
 * intact and has the same model and data; otherwise the given path. Prints the choice and the reason.
 * @throws ConfigError if the checkpoint at the path has another model or data, DataError if it cannot be read
 */
async function findResume(
  host: Host,
  config: Config,
  checkpoints: string,
): Promise<Resume | undefined> {
  const { resume } = config;
  if (resume === "never") return undefined;
  if (resume !== "auto") {
    const found = await look(host, config, resume);
    if (typeof found === "string") throw new ConfigError(`Cannot resume from ${resume}: ${found}`);
    return { ...found, why: "as resume says" };
  }
  const path = `${checkpoints}/last.safetensors`;
  if (!await host.folderStore(checkpoints).exists("last.safetensors")) {
    host.print(`resume  from the start, as there is no ${path}`);
    return undefined;
  }
  const found = await lookOrPrevious(host, config, checkpoints);
  if (typeof found !== "string") return found;
  host.print(`resume  from the start, as ${found}`);
  return undefined;
}

/** The last checkpoint or, if that is damaged, the newest of the best ones. */
async function lookOrPrevious(host: Host, config: Config, folder: string): Promise<Resume | string> {
  const why = "the last of this experiment";
  try {
    const found = await look(host, config, `${folder}/last.safetensors`);
    return typeof found === "string" ? found : { ...found, why };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    host.print(`  warning: ${error.message}`);
  }
  const others: (Resume & { step: number })[] = [];
  const tree = await host.openTree(folder);
  for (const name of await tree.paths()) {
    if (!name.endsWith(".safetensors") || name === "last.safetensors") continue;
    try {
      const found = await look(host, config, `${folder}/${name}`);
      if (typeof found !== "string") others.push({ ...found, why: "the newest that is whole" });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      host.print(`  warning: ${error.message}`);
    }
  }
  others.sort((a, b) => b.step - a.step);
  if (others.length > 0) return others[0];
  throw new DataError(
    `Cannot resume: no checkpoint in ${folder} is whole; give resume=never to start again (they are kept)`,
  );
}

/**
 * The run of an intact checkpoint, or the reason why it does not fit.
 * @throws DataError if it cannot be read
 */
async function look(
  host: Host,
  given: Config,
  path: string,
): Promise<Omit<Resume, "why"> & { step: number } | string> {
  const config = keptForm(given);
  const { metadata, progress } = await decodeSnapshot(await host.readFile(path), path);
  const folder = metadata.get(RUN), before = metadata.get(CONFIG);
  if (folder === undefined || before === undefined) return "it does not say which run wrote it";
  const { model, data, experiment, trainer } = readConfigJson(before);
  const differences = [
    differs("experiment", experiment, config.experiment),
    differs("model.name", model.name, config.model.name),
    differs("data.name", data.name, config.data.name),
    differs("data.data_root", data.data_root, config.data.data_root),
    differs("data.image_size", data.image_size, config.data.image_size),
    differs("data.holdout", data.holdout, config.data.holdout),
    differs("trainer.precision", trainer.precision, config.trainer.precision),
    ...(progress.batch === 0 ? [] : midEpochDifferences(readConfigJson(before), config)),
  ].filter((line) => line !== undefined);
  if (differences.length > 0) return `${path} has ${differences.join(", ")}`;
  return { path, folder, step: progress.step };
}

/**
 * Settings that must not change in the middle of an epoch, where the position is a number of batches in a
 * fixed order.
 */
function midEpochDifferences(before: Config, { seed, data, trainer }: Config): (string | undefined)[] {
  return [
    differs("seed", before.seed, seed),
    differs("data.batch_size", before.data.batch_size, data.batch_size),
    differs("data.drop_last", before.data.drop_last, data.drop_last),
    differs("data.sampler", before.data.sampler, data.sampler),
    differs(
      "trainer.accumulate_grad_batches",
      before.trainer.accumulate_grad_batches,
      trainer.accumulate_grad_batches,
    ),
    differs("trainer.limit_train_batches", before.trainer.limit_train_batches, trainer.limit_train_batches),
    differs("trainer.overfit_batches", before.trainer.overfit_batches, trainer.overfit_batches),
  ];
}

function differs(key: string, before: unknown, now: unknown): string | undefined {
  const [was, is] = [JSON.stringify(before), JSON.stringify(now)];
  return was === is ? undefined : `${key}=${was} (now ${is})`;
}

/** Reads the checkpoint that a run resumes from. @throws DataError if it was made with other data */
export async function openResume(host: Host, { path, why }: Resume, data: string): Promise<Snapshot> {
  const snapshot = await decodeSnapshot(await host.readFile(path), path);
  const { epoch, batch, step } = snapshot.progress;
  if (snapshot.metadata.get(DATA) !== data) {
    throw new DataError(
      `Cannot resume from ${path}: the data is not what it was; restore it, or give resume=never to start again`,
    );
  }
  const place = batch === 0 ? "" : ` after ${batch} batches`;
  host.print(`resume  ${path} at epoch ${epoch}${place}, step ${step}: ${why}`);
  return snapshot;
}
