/** Copies and near duplicates: identical or very similar images within a class, with two labels, or in two splits. */
import { noProgress, type StartProgress } from "../../base/progress.ts";
import { joinEqual, joinReencoded, relationOf } from "./copies.ts";
import { TWIN_SIMILARITY } from "./fingerprint.ts";
import { NearPairs } from "./near_pairs.ts";
import { Sets } from "./disjoint_sets.ts";
import type { InspectedFile, Kind, Place } from "./types.ts";

/** Options of {@link samePictures}. */
export interface SameOptions {
  readonly progress: StartProgress;
  readonly signal?: AbortSignal | undefined;
}

/** Files that show the same image, with the relation of each to the first. */
export interface SameGroup {
  readonly kind: Kind;
  readonly files: readonly { readonly file: InspectedFile; readonly note: string }[];
}

/**
 * All groups of the same image. Copies have the same bytes, the same pixels, or pixels that differ no more than by
 * re-encoding; near duplicates are less similar. Groups across labels or splits contain only the files that conflict:
 * near duplicates with the same label and split form groups of their own.
 */
export async function samePictures(
  files: readonly InspectedFile[],
  options: SameOptions = { progress: noProgress },
): Promise<SameGroup[]> {
  const shown = files.filter(({ picture }) => picture !== undefined);
  const copies = new Sets(shown.length);
  joinEqual(shown.map(({ picture }) => picture!.pixelHash), copies);
  const relations = await relate(shown, copies, options);
  const all = copies.groups();
  const groupsOf = (kind: Kind, sets: readonly (readonly number[])[]) =>
    sets.map((group): SameGroup => ({ kind, files: describe(group.map((i) => shown[i])) }));
  const isMixed = (group: readonly number[], place: "label" | "split") =>
    new Set(group.flatMap((i) => shown[i].places.map((each) => each[place]))).size > 1;
  const grouped = new Set(all.flat());
  const single = shown.flatMap((file, i) => file.places.length > 1 && !grouped.has(i) ? [[i]] : []);
  const known = [...all, ...single];
  return [
    ...groupsOf("two_labels", known.filter((group) => isMixed(group, "label"))),
    ...groupsOf("leak", known.filter((group) => isMixed(group, "split"))),
    ...groupsOf("two_labels_near", relations.label.groups()),
    ...groupsOf("leak_near", relations.split.groups()),
    ...groupsOf("duplicate", all.filter((group) => !isMixed(group, "label") && !isMixed(group, "split"))),
    ...groupsOf("near_duplicate", relations.within.groups()),
  ];
}

/**
 * Joins similar images: as copies, or as near duplicates within a class and split, across labels, or across splits.
 * Sets and boxes of images of which all is known are passed over: scenes may have thousands of frames.
 */
async function relate(files: readonly InspectedFile[], copies: Sets, { progress, signal }: SameOptions) {
  const within = new Sets(files.length), label = new Sets(files.length), split = new Sets(files.length);
  const labels = alike(files, ({ label }) => label), splits = alike(files, ({ split }) => split);
  // Among images with identical pixels, one represents all.
  const firsts = files.flatMap((_, i) => copies.find(i) === i ? [i] : []);
  const pairs = new NearPairs(files.map(({ picture }) => picture!.fingerprint));
  using shown = progress("comparing images", 3 * firsts.length);
  const options = (pass: number) => ({
    signal,
    onProgress: (done: number) => shown.at(pass * firsts.length + done),
  });
  await joinReencoded(pairs, copies, firsts, options(0));
  await pairs.visit(TWIN_SIMILARITY, ({ first, second }) => {
    if (labels.find(first) !== labels.find(second)) label.join(first, second);
    if (splits.find(first) !== splits.find(second)) split.join(first, second);
  }, {
    ...options(1),
    isKnown: (same) => same(copies) || (same(labels) || same(label)) && (same(splits) || same(split)),
  }, firsts);
  let done = 2 * firsts.length;
  for (const members of Map.groupBy(firsts, (i) => `${labels.find(i)} ${splits.find(i)}`).values()) {
    await pairs.visit(TWIN_SIMILARITY, ({ first, second }) => within.join(first, second), {
      signal,
      isKnown: (same) => same(copies) || same(within),
    }, members);
    shown.at(done += members.length);
  }
  return { within, label, split };
}

/** Joins the files of the same class or split; a file that is in several is apart from all. */
function alike(files: readonly InspectedFile[], of: (place: Place) => unknown): Sets {
  const sets = new Sets(files.length), first = new Map<unknown, number>();
  files.forEach(({ places }, i) => {
    const key = of(places[0]);
    if (places.some((place) => of(place) !== key)) return;
    const known = first.get(key);
    if (known === undefined) first.set(key, i);
    else sets.join(known, i);
  });
  return sets;
}

/** The relation of each file to the first. */
function describe(files: readonly InspectedFile[]): SameGroup["files"] {
  const [first] = files;
  return files.map((file) => ({ file, note: file === first ? "" : relationOf(file, first) }));
}
