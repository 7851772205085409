/** Which transforms of training make an image of one class look like one of another: mirrored, or turned over. */
import type { Step } from "../transforms/transform.ts";
import type { FoundClass } from "./types.ts";

/** How an image is changed; also the kind of the finding. */
export type Change = "flip" | "turn";

/** A transform that changes classes, and those that it changes. */
export interface ClassChange {
  readonly change: Change;
  /** The transform's name, and its key: "transforms.train.1.random_horizontal_flip". */
  readonly transform: string;
  readonly key: string;
  readonly classes: readonly FoundClass[];
}

/** What characters and words look like once an image of them is changed. */
const LOOKS: Readonly<Record<Change, { digits: Pairs; letters: Pairs; words: Pairs }>> = {
  flip: {
    digits: both(["0", "0"], ["1", "1"], ["8", "8"], ["2", "5"]),
    letters: both(["b", "d"], ["p", "q"]),
    words: both(["left", "right"]),
  },
  turn: {
    digits: both(["0", "0"], ["1", "1"], ["2", "2"], ["5", "5"], ["8", "8"], ["6", "9"]),
    letters: both(["b", "q"], ["d", "p"], ["n", "u"], ["m", "w"], ["M", "W"]),
    words: both(["left", "right"], ["up", "down"], ["top", "bottom"]),
  },
};

type Pairs = ReadonlyMap<string, string>;

function both(...pairs: readonly (readonly [string, string])[]): Pairs {
  return new Map(pairs.flatMap(([a, b]) => [[a, b], [b, a]]));
}

/** The transforms of `train` that change classes, in their order. */
export function classChanges(train: readonly Step[], classes: readonly string[]): ClassChange[] {
  const known = new Set(classes);
  return appliedSteps(train, "transforms.train").flatMap(({ name, options, key }) => {
    const change = changeBy(name, options);
    const changed = change === undefined ? [] : classes.flatMap((className) => {
      const looks = lookOf(className, change), isOther = looks !== undefined && known.has(looks);
      if (looks === className || !(isOther || change === "flip" && isMirrorSensitive(className))) return [];
      return [{ className, note: isOther ? `looks like "${looks}" after ${name}` : `by ${name}` }];
    });
    return changed.length === 0 ? [] : [{ change: change!, transform: name, key, classes: changed }];
  });
}

/** True if mirroring an image may change its class: names of digits, or names containing left or right. */
export function isMirrorSensitive(className: string): boolean {
  if (/^\d+$/.test(className)) return lookOf(className, "flip") !== className;
  return /(^|[^a-z])(left|right)([^a-z]|$)/i.test(className) || /[a-z](Left|Right)([^a-z]|$)/.test(className);
}

/** The name that an image of a class seems to show once it is changed; undefined if it shows nothing that is known. */
function lookOf(className: string, change: Change): string | undefined {
  const { digits, letters, words } = LOOKS[change];
  if (/^\d+$/.test(className)) {
    const seen = [...className].reverse().map((digit) => digits.get(digit));
    return seen.includes(undefined) ? undefined : seen.join("");
  }
  if (className.length === 1) return letters.get(className);
  const swapped = className.replaceAll(/\p{Lu}?\p{Ll}+|\p{Lu}+/gu, (word) => {
    const other = words.get(word.toLowerCase());
    return other === undefined ? word : inCaseOf(word, other);
  });
  return swapped === className ? undefined : swapped;
}

function inCaseOf(model: string, word: string): string {
  if (model === model.toUpperCase()) return word.toUpperCase();
  return /^\p{Lu}/u.test(model) ? word[0].toUpperCase() + word.slice(1) : word;
}

/** Transforms that turn by their option `degrees`. TrivialAugment's rotations of up to 135 degrees have none. */
const TURNING: readonly string[] = ["random_affine", "rotate"];

function changeBy(name: string, options: Options): Change | undefined {
  if (name === "random_horizontal_flip") return "flip";
  const isTurn = name === "trivial_augment_wide" || TURNING.includes(name) && turnsOver(options.degrees);
  return isTurn ? "turn" : undefined;
}

/** True if an angle of a range, or of -x .. x, is nearer to upside down than to upright. */
function turnsOver(degrees: unknown): boolean {
  const [low, high] = typeof degrees === "number" ? [-degrees, degrees] : degrees as readonly number[];
  const turns = Math.floor((low - 270) / 360) + 1; // the first time that `low` is not past it
  return high > 90 + 360 * turns;
}

type Options = Readonly<Record<string, unknown>>;

interface AppliedStep {
  readonly name: string;
  readonly options: Options;
  readonly key: string;
}

/** The steps that are ever applied, those within others included; `weights` are those of a choice. */
function appliedSteps(steps: readonly Step[], key: string, weights: readonly number[] = []): AppliedStep[] {
  return steps.flatMap((step, i) => {
    const [name, given] = typeof step === "string" ? [step, null] : Object.entries(step)[0];
    const options = (given ?? {}) as Options, own = { name, options, key: `${key}.${i}.${name}` };
    if (weights[i] === 0 || options.p === 0) return [];
    if (!Array.isArray(options.transforms)) return [own];
    const below = Array.isArray(options.p) ? options.p : [];
    return appliedSteps(options.transforms, `${own.key}.transforms`, below);
  });
}
