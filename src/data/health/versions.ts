/**
 * What has changed between two versions of a dataset. Images are matched by what they show, whatever their files are
 * called: the same bytes or pixels, or one image saved anew. Each sample of one version is matched with at most one of
 * the other.
 */
import { noProgress, type StartProgress } from "../../base/progress.ts";
import type { Split } from "../types.ts";
import { joinEqual, joinReencoded, relationOf } from "./copies.ts";
import { Sets } from "./disjoint_sets.ts";
import { FINGERPRINT_VALUES, TWIN_SIMILARITY } from "./fingerprint.ts";
import { NearPairs } from "./near_pairs.ts";
import type { FoundFile, InspectedFile } from "./types.ts";

/** A version of a dataset, all of whose files have been inspected. */
export interface InspectedVersion {
  readonly classes: readonly string[];
  readonly files: readonly InspectedFile[];
}

/** The versions, in order. */
export const VERSIONS = ["before", "after"] as const;

/** One of the two versions. */
export type Version = (typeof VERSIONS)[number];

/** A sample of a version. */
export interface VersionFile extends FoundFile {
  readonly version: Version;
}

/** A sample that both versions have. */
export interface Change {
  readonly before: VersionFile;
  readonly after: VersionFile;
}

/** Images that one version trains with and the other evaluates on, which neither of them does by itself. */
export interface Leak {
  /** The version that trains with them. */
  readonly trained: Version;
  /** True if they are only almost the same. */
  readonly isNear: boolean;
  readonly files: readonly VersionFile[];
}

/** All changes, in the order of the versions' samples. */
export interface VersionChanges {
  /** Samples that are in both, with the same class and split. */
  readonly kept: number;
  /** Samples that are in both, of which the file was saved anew. */
  readonly reencoded: number;
  readonly added: readonly VersionFile[];
  readonly removed: readonly VersionFile[];
  /** With another class; some of them may be moved, too. */
  readonly relabelled: readonly Change[];
  /** In another split. */
  readonly moved: readonly Change[];
  readonly leaks: readonly Leak[];
  readonly newClasses: readonly string[];
  readonly goneClasses: readonly string[];
}

/** Every kind of change, the worst first: `leak_before` is what the earlier version trains with. */
export const CHANGE_KINDS = [
  "leak_before",
  "leak_near_before",
  "leak_after",
  "leak_near_after",
  "relabelled",
  "moved",
  "added",
  "removed",
] as const;

/** The name of a kind of change. */
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** The changes of each kind as groups of files that belong together. */
export function changeGroups(
  changes: VersionChanges,
): Record<ChangeKind, readonly (readonly VersionFile[])[]> {
  const { added, removed, relabelled, moved, leaks } = changes;
  const pair = ({ before, after }: Change) => [before, after];
  const leaking = (trained: Version, isNear: boolean) =>
    leaks.filter((leak) => leak.trained === trained && leak.isNear === isNear).map(({ files }) => files);
  return {
    leak_before: leaking("before", false),
    leak_near_before: leaking("before", true),
    leak_after: leaking("after", false),
    leak_near_after: leaking("after", true),
    relabelled: relabelled.map(pair),
    moved: moved.map(pair),
    added: added.map((file) => [file]),
    removed: removed.map((file) => [file]),
  };
}

/** Options of {@link compareVersions}. */
export interface VersionOptions {
  readonly progress?: StartProgress;
  /** Stops the comparison when aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** A sample with its file. */
interface Sample extends VersionFile {
  readonly file: InspectedFile;
  /** Position of the file among those of both versions. */
  readonly at: number;
}

/** Compares two versions. */
export async function compareVersions(
  before: InspectedVersion,
  after: InspectedVersion,
  { progress = noProgress, signal }: VersionOptions = {},
): Promise<VersionChanges> {
  const files = [...before.files, ...after.files], copies = new Sets(files.length);
  const samples = [...samplesOf(before, "before", 0), ...samplesOf(after, "after", before.files.length)];
  const pairs = new NearPairs(files.map(({ picture }) => picture?.fingerprint ?? FLAT));
  using shown = progress("comparing images", 3 * files.length);
  const options = (pass: number) => ({
    signal,
    onProgress: (done: number) => shown.at(pass * files.length + done),
  });
  joinEqual(files.map(identityOf), copies);
  const firsts = files.flatMap((_, i) => copies.find(i) === i ? [i] : []);
  await joinReencoded(pairs, copies, firsts, options(0));
  const images = [...Map.groupBy(samples, ({ at }) => copies.find(at)).values()];
  const matches = images.map(matched), changes = matches.flatMap(({ changes }) => changes);
  const leaks: Leak[][] = [];
  for (const [pass, trained] of VERSIONS.entries()) {
    leaks.push(exactLeaks(images, trained), await nearLeaks(pairs, images, trained, options(pass + 1)));
  }
  return {
    kept: changes.filter(({ before, after }) => isSame(before, after)).length,
    reencoded: changes.filter(({ before, after }) => before.file.byteHash !== after.file.byteHash).length,
    added: matches.flatMap(({ added }) => added.map(plain)),
    removed: matches.flatMap(({ removed }) => removed.map(plain)),
    relabelled: changes.filter(({ before, after }) => before.className !== after.className).map(bare),
    moved: changes.filter(({ before, after }) => before.split !== after.split).map(bare),
    leaks: leaks.flat(),
    newClasses: after.classes.filter((name) => !before.classes.includes(name)),
    goneClasses: before.classes.filter((name) => !after.classes.includes(name)),
  };
}

/** The fingerprint of what cannot be decoded: it resembles nothing. */
const FLAT = new Uint8Array(FINGERPRINT_VALUES);

/** Equal for files with the same pixels, or the same bytes if they cannot be decoded. */
function identityOf({ picture, byteHash, path }: InspectedFile): string {
  return picture?.pixelHash ?? (byteHash === "" ? `unread ${path}` : `bytes ${byteHash}`);
}

function samplesOf({ classes, files }: InspectedVersion, version: Version, from: number): Sample[] {
  return files.flatMap((file, i) =>
    file.places.map(({ split, label }): Sample => ({
      path: file.path,
      split,
      className: classes[label],
      version,
      file,
      at: from + i,
    }))
  );
}

function plain({ path, split, className, version }: VersionFile): VersionFile {
  return { path, split, className, version };
}

function bare({ before, after }: Change): Change {
  return { before: plain(before), after: plain(after) };
}

function isSame(before: VersionFile, after: VersionFile): boolean {
  return before.className === after.className && before.split === after.split;
}

/** What makes two samples of an image the same one, the surest first. */
const SAME: readonly ((sample: Sample) => string)[] = [
  ({ file, split, className, path }) => JSON.stringify([file.byteHash, split, className, path]),
  ({ file, split, className }) => JSON.stringify([file.byteHash, split, className]),
  ({ file, className }) => JSON.stringify([file.byteHash, className]),
  ({ file, split }) => JSON.stringify([file.byteHash, split]),
  ({ file }) => file.byteHash,
  ({ split, className }) => JSON.stringify([split, className]),
  ({ className }) => className,
  ({ split }) => split,
  () => "",
];

/** Matches the samples of one image, each with at most one of the other version. */
function matched(samples: readonly Sample[]) {
  let added = samples.filter(({ version }) => version === "after");
  let removed = samples.filter(({ version }) => version === "before");
  const changes: { before: Sample; after: Sample }[] = [];
  for (const keyOf of SAME) {
    if (added.length === 0 || removed.length === 0) break;
    const waiting = Map.groupBy(added, keyOf), left: Sample[] = [];
    for (const before of removed) {
      const after = waiting.get(keyOf(before))?.shift();
      if (after === undefined) left.push(before);
      else changes.push({ before, after });
    }
    removed = left;
    const still = new Set([...waiting.values()].flat());
    added = added.filter((sample) => still.has(sample));
  }
  return { added, removed, changes };
}

/** True for what `trained` trains with. */
function isTrained({ version, split }: VersionFile, trained: Version): boolean {
  return version === trained && split === TRAIN;
}

/** True for what the other version evaluates on. */
function isHeldOut({ version, split }: VersionFile, trained: Version): boolean {
  return version !== trained && split !== TRAIN;
}

const TRAIN: Split = "train";

/** Where the samples of an image are, seen from the version that trains: own or other, train or held out. */
function rolesOf(samples: readonly Sample[], trained: Version) {
  const has = (isOwn: boolean, isTrain: boolean) =>
    samples.some(({ version, split }) => (version === trained) === isOwn && (split === TRAIN) === isTrain);
  return {
    ownTrain: has(true, true),
    ownHeld: has(true, false),
    train: has(false, true),
    held: has(false, false),
  };
}

/** Images that one version only trains with and the other only evaluates on. */
function exactLeaks(images: readonly (readonly Sample[])[], trained: Version): Leak[] {
  return images.flatMap((samples): Leak[] => {
    const { ownTrain, ownHeld, train, held } = rolesOf(samples, trained);
    if (!ownTrain || ownHeld || train || !held) return [];
    const files = samples.toSorted((a, b) => Number(isHeldOut(a, trained)) - Number(isHeldOut(b, trained)));
    return [{ trained, isNear: false, files: related(files) }];
  });
}

/**
 * Images that one version evaluates on, and which resemble others that the other one trains with. What both versions
 * train with or evaluate on is left out: then it is a leak within one of them.
 */
async function nearLeaks(
  pairs: NearPairs,
  images: readonly (readonly Sample[])[],
  trained: Version,
  options: { readonly signal: AbortSignal | undefined; readonly onProgress: (done: number) => void },
): Promise<Leak[]> {
  const count = pairs.fingerprints.length, sides = new Sets(count), leaks = new Sets(count);
  const having = (is: (roles: ReturnType<typeof rolesOf>) => boolean) =>
    images.filter((samples) => is(rolesOf(samples, trained)));
  const ofTrain = having(({ ownTrain, train, held }) => ownTrain && !train && !held);
  const heldOut = having(({ held, ownTrain, ownHeld }) => held && !ownTrain && !ownHeld);
  const bySample = new Map([...ofTrain, ...heldOut].map((samples) => [samples[0].at, samples]));
  for (const side of [ofTrain, heldOut]) {
    for (const [{ at }] of side) sides.join(side[0][0].at, at);
  }
  await pairs.visit(
    TWIN_SIMILARITY,
    ({ first, second }) => {
      if (sides.find(first) !== sides.find(second)) leaks.join(first, second);
    },
    { ...options, isKnown: (same) => same(sides) || same(leaks) },
    bySample.keys(),
  );
  return leaks.groups().map((group): Leak => {
    const files = group.flatMap((at) => bySample.get(at)!)
      .filter((sample) => isTrained(sample, trained) || isHeldOut(sample, trained))
      .sort((a, b) => Number(isHeldOut(a, trained)) - Number(isHeldOut(b, trained)));
    return { trained, isNear: true, files: related(files) };
  });
}

/** Files with their relation to the first. */
function related(samples: readonly Sample[]): VersionFile[] {
  const [first] = samples;
  return samples.map((sample) => {
    if (sample === first) return plain(sample);
    const note = sample.file.picture ? relationOf(sample.file, first.file) : "same bytes";
    return { ...plain(sample), note };
  });
}
