/** Which checkpoint a run resumes from, and whether the run that is configured now can go on from it. */
import { ConfigError, DataError } from "../base/errors.ts";
import { ONE, type Ranks } from "../base/ranks.ts";
import { type Config, formatConfigJson, readConfigJson } from "../config/mod.ts";
import { folderOf } from "../data/files/paths.ts";
import { changesOf, listingOf } from "../data/files/data_changes.ts";
import { float32, openSafetensors } from "../formats/safetensors.ts";
import { EPOCH_RESULTS } from "../train/checkpoint_weights.ts";
import { CARD } from "../train/model_card.ts";
import type { Snapshot } from "../train/run.ts";
import { decodeSnapshot } from "../train/snapshot.ts";
import { checkpointsIn, WEIGHTS } from "./checkpoint_store.ts";
import { type DataFingerprint, dataFingerprint } from "../data/files/data_fingerprint.ts";
import type { Host } from "./host.ts";
import { keptListing } from "./kept_listing.ts";
import { openDataset } from "./open_dataset.ts";
import { batchChange, changesBetween, requireCompatible } from "./resume_changes.ts";
import { EXPERIMENT, RANKS, RUN } from "./run_metadata.ts";

/** Metadata keys for facts about the run that wrote a checkpoint. */
const CONFIG = "wgrad.config";
const LISTING = "wgrad.data", CONTENT = "wgrad.data_content";

/** A checkpoint to resume from, and why it was chosen. */
export interface Resume {
  readonly path: string;
  /** The folder of the run that wrote it. */
  readonly folder: string;
  readonly why: string;
  /** How its data differs from what it was trained on, where the configuration lets it go on all the same. */
  readonly dataChange: DataChange | undefined;
  /** Why the position within the epoch is of no use on another number of ranks. */
  readonly batchChange: string | undefined;
}

/** What has changed in a run's data. */
interface DataChange {
  readonly what: string;
  /** Whether its samples are others, so that an epoch has another order. */
  readonly isOfSamples: boolean;
}

/** Facts about a run for the metadata of its checkpoints. */
export function aboutRun(
  config: Config,
  folder: string,
  data: DataFingerprint,
  ranks = 1,
): Map<string, string> {
  return new Map([
    ...(ranks > 1 ? [[RANKS, String(ranks)] as const] : []),
    [EXPERIMENT, config.experiment],
    [RUN, folder],
    [CONFIG, formatConfigJson(config)],
    [LISTING, data.listing],
    [CONTENT, data.content],
  ]);
}

/** A configuration as a checkpoint would have it, to compare it with one that does. */
function asKept(config: Config): Config {
  return readConfigJson(formatConfigJson(config));
}

/** The folder of the run that wrote a checkpoint, if it is there and its header can be read. */
export async function runOf(host: Host, path: string): Promise<string | undefined> {
  if (!await host.folderStore(path).exists("")) return undefined;
  try {
    const { metadata } = await openSafetensors(await host.openFile(path));
    return metadata.get(RUN);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined; // damaged
    throw error;
  }
}

/**
 * The newest whole checkpoint in a folder: the last one or, if that is damaged, the newest of the others; undefined if
 * there are none. Prints what is damaged.
 * @throws DataError if all of them are damaged, and like {@link lookAt}
 */
export async function findLatest(host: Host, config: Config, folder: string): Promise<Resume | undefined> {
  const names = await checkpointsIn(host, folder);
  if (names.length === 0) return undefined;
  const isLast = (name: string) => name === "last.safetensors";
  for (const group of [names.filter(isLast), names.filter((name) => !isLast(name))]) {
    const newest = await newestWhole(host, group.map((name) => `${folder}/${name}`));
    if (newest === undefined) continue;
    const why = isLast(group[0]) ? "the last of this experiment" : "the newest that is whole";
    return { ...await requireResumable(host, config, newest), why };
  }
  throw new DataError(
    `Cannot resume: no checkpoint in ${folder} is whole; give resume=never to start again (they are kept)`,
  );
}

/** The checkpoint of the latest step, of those that are whole; at most two are in memory at a time. */
async function newestWhole(host: Host, paths: readonly string[]): Promise<Snapshot | undefined> {
  let newest: Snapshot | undefined;
  for (const path of paths) {
    const one = await wholeOne(host, path);
    if (one && !(newest && newest.progress.step >= one.progress.step)) newest = one;
  }
  return newest;
}

/** A checkpoint, or undefined if it is damaged, which is printed. @throws DataError if it cannot be read */
async function wholeOne(host: Host, path: string): Promise<Snapshot | undefined> {
  const bytes = await host.readFile(path);
  try {
    return await decodeSnapshot(bytes, path);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    host.print(error.message, "warning");
    return undefined;
  }
}

/**
 * The checkpoint at a path, from which the configured run can go on.
 * @throws DataError if it cannot be read or was made with other data, ConfigError if the configuration does not fit
 */
export async function lookAt(host: Host, config: Config, path: string): Promise<Omit<Resume, "why">> {
  return await requireResumable(host, config, await decodeSnapshot(await host.readFile(path), path));
}

async function requireResumable(
  host: Host,
  config: Config,
  snapshot: Snapshot,
): Promise<Omit<Resume, "why">> {
  const { path, metadata, progress } = snapshot;
  const written = metadata.get(RUN), before = metadata.get(CONFIG);
  if (written === undefined || before === undefined) {
    throw new ConfigError(
      `Cannot resume from ${path}: it does not say which run wrote it; give resume=never to start again`,
    );
  }
  const then = { config: readConfigJson(before), ranks: Number(metadata.get(RANKS) ?? 1) };
  const now = { config: asKept(config), ranks: (await host.openRanks()).size };
  requireCompatible(path, then, now, progress.batch > 0);
  const dataChange = await dataChangeSince(host, config, snapshot);
  return {
    path,
    folder: await runWith(host, path) ?? written,
    dataChange,
    batchChange: progress.batch > 0 ? batchChange(then, now) : undefined,
  };
}

/** The folder of the run whose own weights a path names, wherever it has been moved to. */
async function runWith(host: Host, path: string): Promise<string | undefined> {
  const folder = folderOf(folderOf(path));
  const isOwn = path.startsWith(`${folder}/${WEIGHTS}/`) && await host.folderStore(folder).exists("run.json");
  return isOwn ? folder : undefined;
}

/** @throws DataError if the configured data is not what a checkpoint was trained on, unless that may be */
async function dataChangeSince(
  host: Host,
  config: Config,
  { path, metadata }: Snapshot,
): Promise<DataChange | undefined> {
  const { tree, dataset } = await openDataset(host, config);
  const { listing, content } = await dataFingerprint(tree, dataset);
  const isListed = metadata.get(LISTING) === listing;
  const isSame = isListed && [undefined, content].includes(metadata.get(CONTENT));
  if (isSame) return undefined;
  const refuse = (what: string, cure: string) =>
    new DataError(
      `Cannot resume from ${path}: the data in ${dataset.root} is not what it was trained on (${what}); ` +
        `${cure}, or give resume=never to start again`,
    );
  const classes = metadata.get(CARD.classes), now = JSON.stringify(dataset.classes);
  if (classes !== undefined && classes !== now) {
    throw refuse(`its classes were ${classes}, now they are ${now}`, "restore the data");
  }
  const before = isListed ? undefined : await keptListing(host, metadata.get(LISTING) ?? "");
  const what = isListed
    ? "some of its images have changed"
    : before === undefined
    ? "its splits have other files or labels"
    : changesOf(before, listingOf(dataset));
  if (config.data.on_change === "continue") return { what, isOfSamples: !isListed };
  throw refuse(what, "restore the data, or give data.on_change=continue to go on with what is there");
}

/**
 * Reads the checkpoint that a run resumes from, and prints where it goes on and what has changed since. Rank 0 reads
 * the file for all, as it may be on its machine only.
 */
export async function openResume(
  host: Host,
  config: Config,
  { path, why, dataChange, batchChange }: Resume,
  ranks: Ranks = ONE,
): Promise<Snapshot> {
  const bytes = await ranks.broadcast(ranks.rank === 0 ? await host.readFile(path) : undefined);
  const read = await decodeSnapshot(bytes, path);
  const snapshot = dataChange?.isOfSamples
    ? forOtherSamples(read)
    : batchChange === undefined
    ? read
    : atStartOfEpoch(read);
  const { epoch, batch, step, stop } = snapshot.progress;
  const place = batch === 0 ? "" : ` after ${batch} batches`;
  host.print(`resume  ${path} at epoch ${epoch}${place}, step ${step}: ${why}`);
  if (dataChange !== undefined) {
    const restarted = read.progress.batch === batch ? "" : `; epoch ${epoch} starts again`;
    host.print(`  note: the data has changed since: ${dataChange.what}${restarted}`, "warning");
  }
  if (batchChange !== undefined) host.print(`  note: ${batchChange}: epoch ${epoch} starts again`);
  const changes = changesBetween(readConfigJson(snapshot.metadata.get(CONFIG)!), asKept(config));
  if (changes !== undefined) host.print(`  note: changed since: ${changes}`);
  const { max_epochs: most } = config.trainer;
  if (stop !== undefined) host.print(`  note: nothing is left to train, because ${stop}`);
  else if (epoch >= most) {
    host.print(
      `  note: nothing is left to train: trainer.max_epochs=${most} is reached; give a larger one to go on`,
    );
  }
  return snapshot;
}

/** A snapshot at the start of its epoch and without predictions for samples that may be others now. */
function forOtherSamples(snapshot: Snapshot): Snapshot {
  const { callbacks: { report: _, ...callbacks }, ...progress } = snapshot.progress;
  return atStartOfEpoch({ ...snapshot, progress: { ...progress, callbacks } });
}

function atStartOfEpoch(snapshot: Snapshot): Snapshot {
  const tensors = new Map(snapshot.tensors).set(EPOCH_RESULTS, float32([0, 4], new Float32Array()));
  return { ...snapshot, tensors, progress: { ...snapshot.progress, batch: 0, validatedAt: 0 } };
}
