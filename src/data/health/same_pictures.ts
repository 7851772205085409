/** Copies and near duplicates: identical or very similar images within a class, with two labels, or in two splits. */
import { isCopy, similarity, TWIN_SIMILARITY } from "./fingerprint.ts";
import { visitNearPairs } from "./near_pairs.ts";
import { Sets } from "./disjoint_sets.ts";
import type { InspectedFile, Kind } from "./types.ts";

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
export function samePictures(files: readonly InspectedFile[]): SameGroup[] {
  const shown = files.filter(({ picture }) => picture !== undefined);
  const copies = new Sets(shown.length);
  joinEqualPixels(shown, copies);
  const relations = relate(shown, copies);
  const all = copies.groups();
  const groupsOf = (kind: Kind, sets: readonly (readonly number[])[]) =>
    sets.map((group): SameGroup => ({ kind, files: describe(group.map((i) => shown[i])) }));
  const isMixed = (group: readonly number[], place: "label" | "split") =>
    new Set(group.flatMap((i) => shown[i].places.map((each) => each[place]))).size > 1;
  const single = shown.flatMap((file, i) =>
    file.places.length > 1 && !all.some((group) => group.includes(i)) ? [[i]] : []
  );
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

function joinEqualPixels(files: readonly InspectedFile[], copies: Sets): void {
  const first = new Map<string, number>();
  files.forEach(({ picture }, i) => {
    const known = first.get(picture!.pixelHash);
    if (known === undefined) first.set(picture!.pixelHash, i);
    else copies.join(known, i);
  });
}

/**
 * Joins similar pairs: as copies, or as near duplicates within a class and split, across labels, or across splits.
 */
function relate(files: readonly InspectedFile[], copies: Sets) {
  const within = new Sets(files.length), label = new Sets(files.length), split = new Sets(files.length);
  // Among images with identical pixels, one represents all.
  const firsts = files.flatMap((_, i) => copies.find(i) === i ? [i] : []);
  const prints = firsts.map((i) => files[i].picture!.fingerprint);
  const twins: [number, number][] = [];
  visitNearPairs(prints, TWIN_SIMILARITY, ({ first, second }) => {
    const a = firsts[first], b = firsts[second];
    if (isCopy(prints[first], prints[second])) copies.join(a, b);
    else if (isApart(files[a], files[b], "label") || isApart(files[a], files[b], "split")) twins.push([a, b]);
    else within.join(a, b);
  }, (first, second) => {
    // Skip pairs already joined within a class: scenes may have thousands of frames.
    const a = firsts[first], b = firsts[second];
    const isJoined = within.find(a) === within.find(b) || copies.find(a) === copies.find(b);
    return isJoined && !isApart(files[a], files[b], "label") && !isApart(files[a], files[b], "split");
  });
  for (const [a, b] of twins) {
    if (copies.find(a) === copies.find(b)) continue;
    if (isApart(files[a], files[b], "label")) label.join(a, b);
    if (isApart(files[a], files[b], "split")) split.join(a, b);
  }
  return { within, label, split };
}

function isApart(a: InspectedFile, b: InspectedFile, place: "label" | "split"): boolean {
  const [one] = a.places;
  return [...a.places, ...b.places].some((each) => each[place] !== one[place]);
}

/** The relation of each file to the first. */
function describe(files: readonly InspectedFile[]): SameGroup["files"] {
  const [first] = files;
  return files.map((file) => {
    if (file === first) return { file, note: "" };
    if (file.byteHash === first.byteHash) return { file, note: "same bytes" };
    if (file.picture!.pixelHash === first.picture!.pixelHash) return { file, note: "same pixels" };
    const one = file.picture!.fingerprint, other = first.picture!.fingerprint;
    if (isCopy(one, other)) return { file, note: "re-encoded" };
    return { file, note: `${(100 * similarity(one, other)).toFixed(1)} % similar` };
  });
}
