/**
 * What needs no training: how often the largest class of train is right, and how often the label of the most similar
 * image of train. A network that is no better has learnt nothing of use.
 */
import { rng } from "../../base/rng.ts";
import { type Dataset, type Sample } from "../types.ts";
import { FINGERPRINT_SIDE } from "./fingerprint.ts";

/** Shares of right answers on a split, 0 .. 1. */
export interface Floors {
  /** The split that was asked about: valid, or test where there is no valid. */
  readonly split: "valid" | "test";
  /** The largest class of train, and its share of the split. */
  readonly largest: { readonly className: string; readonly share: number };
  /** Of so many images of the split, each given the label of its neighbour among so many of train. */
  readonly neighbour: { readonly share: number; readonly asked: number; readonly among: number };
}

/** Images that are compared at most: a thousand give the share to 3 points. */
const ASKED = 1000, AMONG = 8000;
/** Fingerprints are compared at this side, which costs a quarter. */
const SIDE = FINGERPRINT_SIDE / 2, VALUES = SIDE * SIDE * 3;
/** Images after which others may use the thread. */
const BREATH = 20;

/**
 * Asks both; images without a fingerprint are left out. Similarity is the correlation of images at 8 x 8 pixels.
 * Undefined without a split to ask about, where nothing in it can be compared, and with one class.
 */
export async function floors(
  { classes, splits }: Dataset,
  printOf: (path: string) => Uint8Array | undefined,
  signal?: AbortSignal,
): Promise<Floors | undefined> {
  const split = splits.valid.length > 0 ? "valid" : "test";
  const asked = some(splits[split], ASKED, printOf), among = some(splits.train, AMONG, printOf);
  if (asked.length === 0 || among.length === 0 || classes.length < 2) return undefined;
  const counts = new Uint32Array(classes.length);
  for (const { label } of splits.train) counts[label]++;
  const most = counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
  const right = splits[split].filter(({ label }) => label === most).length;
  const known = new Float32Array(among.length * VALUES);
  among.forEach(({ print }, i) => known.set(pattern(print), i * VALUES));
  let same = 0;
  for (const [i, { label, print }] of asked.entries()) {
    if (i % BREATH === 0) await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    if (among[nearest(pattern(print), known)].label === label) same++;
  }
  return {
    split,
    largest: { className: classes[most], share: right / splits[split].length },
    neighbour: { share: same / asked.length, asked: asked.length, among: among.length },
  };
}

/** At most `count` of the samples that have a fingerprint, drawn once and for all. */
function some(
  samples: readonly Sample[],
  count: number,
  printOf: (path: string) => Uint8Array | undefined,
): { label: number; print: Uint8Array }[] {
  const known = samples.flatMap(({ path, label }) => {
    const print = printOf(path);
    return print === undefined ? [] : [{ label, print }];
  });
  if (known.length <= count) return known;
  return [...rng(0, "floors").permutation(known.length).subarray(0, count)].map((i) => known[i]);
}

/** [VALUES]: the image at 8 x 8 pixels, without its mean, of length 1. */
function pattern(print: Uint8Array): Float32Array {
  const values = new Float32Array(VALUES);
  for (let i = 0; i < print.length; i++) {
    const pixel = Math.floor(i / 3), x = pixel % FINGERPRINT_SIDE, y = Math.floor(pixel / FINGERPRINT_SIDE);
    values[((y >> 1) * SIDE + (x >> 1)) * 3 + i % 3] += print[i];
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / VALUES;
  const length = Math.hypot(...values.map((value) => value - mean)) || 1;
  return values.map((value) => (value - mean) / length);
}

/** The number of the known pattern that is most similar; of equal ones the first. */
function nearest(asked: Float32Array, known: Float32Array): number {
  let best = 0, most = -Infinity;
  for (let at = 0, i = 0; at < known.length; at += VALUES, i++) {
    let product = 0;
    for (let k = 0; k < VALUES; k++) product += asked[k] * known[at + k];
    if (product <= most) continue;
    most = product;
    best = i;
  }
  return best;
}
