/** What `clean` can remove: everything that can be made again, or that nobody will miss. */
import { lockedBy } from "../../base/lock.ts";
import { temporaryOf } from "../../base/temporary_name.ts";
import { folderOf } from "../../data/files/paths.ts";
import { openSafetensors } from "../../formats/safetensors.ts";
import { PICTURES } from "../../setup/cache_room.ts";
import type { DiskFile, Host } from "../../setup/host.ts";
import { EXPERIMENT, RUN } from "../../setup/run_metadata.ts";
import { RUNS } from "../../setup/run_places.ts";
import type { REMOVABLE } from "../usages.ts";

/** Where runs and their checkpoints are unless the configuration says otherwise. */
const FOLDERS = ["outputs", "checkpoints", "weights"] as const;

/** What is ours in the folders of the cache, which may be one that other programs use, too. */
export const CACHES: Readonly<Record<string, RegExp>> = {
  datasets: /^synthetic_jerseys_[0-9a-f]{8}$/,
  pictures: PICTURES,
  archives: /_[0-9a-f]{16}\.unpacked$/,
  twins: /^[0-9a-f]{32}\.json$/,
  listings: /^[0-9a-f]{32}\.json\.gz$/,
  kernels: /\.json$/,
  bench: /^(?:run|data\.pictures)$/,
};

/** Something that can be removed, or why it stays. */
export interface Finding {
  readonly kind: typeof REMOVABLE[number];
  readonly path: string;
  readonly files: readonly DiskFile[];
  /** What it is. */
  readonly what: string;
  /** Why it stays; absent if it can go. */
  readonly stays?: string;
}

/** Looks through our own folders and `others`, in which runs or checkpoints are. */
export async function findRemovable(host: Host, others: readonly string[]): Promise<Finding[]> {
  const caches = Object.keys(CACHES).map((name) => host.cacheFolder(name));
  const files = new Map<string, DiskFile>();
  for (const folder of [...caches, host.cacheFolder(RUNS), ...FOLDERS, ...others]) {
    for (const file of await host.filesBelow(folder)) files.set(file.path, file);
  }
  const all = [...files.values()].sort((a, b) => a.path < b.path ? -1 : 1);
  const leftovers = await findLeftovers(host, all);
  const rest = all.filter(({ path }) => lockedBy(path) === undefined && temporaryIn(path) === undefined);
  const holders = await holdersOf(host, all);
  return [
    ...findCaches(host, rest, holders),
    ...await findCheckpoints(host, rest, holders),
    ...leftovers,
  ];
}

/** The living owners of locks, by what they lock. */
async function holdersOf(host: Host, files: readonly DiskFile[]): Promise<Map<string, string>> {
  const locked = new Set(files.map(({ path }) => lockedBy(path)?.path).filter((path) => path !== undefined));
  const holders = new Map<string, string>();
  for (const path of locked) {
    const holder = await host.lockHolder(path);
    if (holder !== undefined) holders.set(path, holder);
  }
  return holders;
}

/** Drawn datasets, decoded images, unpacked archives, kernel choices. A run that is in progress may read any of them. */
function findCaches(
  host: Host,
  files: readonly DiskFile[],
  holders: ReadonlyMap<string, string>,
): Finding[] {
  const [holder] = holders.values();
  const stays = holder === undefined ? {} : { stays: `it may be in use by ${holder}` };
  return Object.entries(CACHES).flatMap(([name, pattern]) => {
    const cache = `${host.cacheFolder(name)}/`;
    const below = files.filter(({ path }) => path.startsWith(cache));
    const groups = Map.groupBy(below, ({ path }) => path.slice(cache.length).split("/")[0]);
    return [...groups].filter(([name]) => pattern.test(name)).map(([name, files]): Finding => {
      return { kind: "caches", path: cache + name, files, what: "made again when needed", ...stays };
    });
  });
}

/** What a checkpoint says about the run that wrote it. */
interface Writer {
  readonly run: string | undefined;
  readonly experiment: string | undefined;
}

/**
 * Folders of checkpoints of past runs: those that a later run moved aside, such as `checkpoints/train.1`, and those in
 * a run's own folder. They can go if each of their runs has its best or its last weights elsewhere.
 */
async function findCheckpoints(
  host: Host,
  files: readonly DiskFile[],
  holders: ReadonlyMap<string, string>,
): Promise<Finding[]> {
  const checkpoints = files.filter(({ path }) => path.endsWith(".safetensors"));
  const findings: Finding[] = [];
  for (const [folder, there] of Map.groupBy(checkpoints, ({ path }) => folderOf(path))) {
    if (!/\.\d+$|\/checkpoints$/.test(folder)) continue;
    const writers = await Promise.all(there.map(({ path }) => writerOf(host, path)));
    if (!writers.every((writer) => isPast(folder, writer))) continue;
    const runs = [...new Set(writers.map(({ run }) => run))];
    const reasons = [folder, ...runs.map((run) => `${run}/.run`)].map((path) => holders.get(path));
    for (const run of runs) reasons.push(await whyNeeded(host, folder, run));
    const stays = reasons.find((reason) => reason !== undefined);
    findings.push({
      kind: "checkpoints",
      path: folder,
      files: files.filter(({ path }) => path.startsWith(`${folder}/`)),
      what: `checkpoints of ${runs.map((run) => run ?? "an unknown run").join(", ")}`,
      ...(stays === undefined ? {} : { stays }),
    });
  }
  return findings;
}

/** False for the folder of an experiment whose name ends like one that was moved aside: `v1.2`. */
function isPast(folder: string, { experiment }: Writer): boolean {
  return folder.endsWith("/checkpoints") || `/${folder}`.replace(/\.\d+$/, "").endsWith(`/${experiment}`);
}

/** Why a run still needs a folder of checkpoints, or undefined if it does not. */
async function whyNeeded(host: Host, folder: string, run: string | undefined): Promise<string | undefined> {
  const store = host.folderStore(run ?? folder);
  const others = run === undefined ? [] : await store.names("weights");
  if (!others.some((name) => name.endsWith(".safetensors"))) return "its run has no other weights";
  if (folder !== `${run}/checkpoints`) return undefined;
  const isFinished = /"exit_code": 0\b/.test(await store.readText("result.json") ?? "");
  return isFinished ? undefined : "its run has not finished";
}

/** Who wrote a checkpoint, as far as it can be read. */
async function writerOf(host: Host, path: string): Promise<Writer> {
  try {
    const { metadata } = await openSafetensors(await host.openFile(path));
    return { run: metadata.get(RUN), experiment: metadata.get(EXPERIMENT) };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
    return { run: undefined, experiment: undefined }; // damaged
  }
}

/** Locks and temporary files of processes that have ended. */
async function findLeftovers(host: Host, files: readonly DiskFile[]): Promise<Finding[]> {
  const groups = Map.groupBy(files, ({ path }) => lockedBy(path) === undefined ? temporaryIn(path) : path);
  const findings: Finding[] = [];
  for (const [path, files] of groups) {
    if (path === undefined || !await host.isAbandoned(path)) continue;
    const what = lockedBy(path) === undefined ? "left half written" : "a lock whose owner has ended";
    findings.push({ kind: "leftovers", path, files, what });
  }
  return findings;
}

/** The temporary file or folder that a path is, or is in. */
function temporaryIn(path: string): string | undefined {
  const parts = path.split("/");
  const at = parts.findIndex((part) => temporaryOf(part) !== undefined);
  return at < 0 ? undefined : parts.slice(0, at + 1).join("/");
}
