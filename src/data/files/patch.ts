/**
 * Corrections of a dataset as an overlay: JSONL lines that drop, relabel or move images, applied by the readers. The
 * images themselves are not touched. Lines look like `{"image": "train/4/007188.jpg", "action": "drop", "reason":
 * "..."}`, `{"image": "train/4/007188.jpg", "action": "relabel", "label": "42"}`, or `{"image": "train/4/007188.jpg",
 * "action": "move", "split": "valid"}`, which may have a label, too; paths are relative to the data root, as in the
 * output of `deno task stats`.
 */
import * as z from "zod";
import { DataError, messageOf } from "../../base/errors.ts";
import { type Split, SPLITS } from "../types.ts";
import type { LabelledPath } from "./table.ts";
import { counted } from "../words.ts";

const label = z.string().refine((label) => label.trim() !== "", "must name a class");

/** One correction of an image. */
export type Correction =
  | Named & { readonly action: "drop" }
  | Named & { readonly action: "relabel"; readonly label: string }
  | Named & { readonly action: "move"; readonly split: Split; readonly label?: string | undefined };

/** What every correction has: its image, by its path from the data root, and perhaps why. */
interface Named {
  readonly image: string;
  readonly reason?: string | undefined;
}

const line: z.ZodType<Correction> = z.discriminatedUnion("action", [
  z.strictObject({ image: z.string().min(1), action: z.literal("drop"), reason: z.string().optional() }),
  z.strictObject({
    image: z.string().min(1),
    action: z.literal("relabel"),
    label,
    reason: z.string().optional(),
  }),
  z.strictObject({
    image: z.string().min(1),
    action: z.literal("move"),
    split: z.enum(SPLITS),
    label: label.optional(),
    reason: z.string().optional(),
  }),
]);

/** The corrections in a file, by image. */
export interface Patch {
  /** Its path, for messages. */
  readonly name: string;
  readonly corrections: ReadonlyMap<string, Correction>;
}

/**
 * Reads corrections; empty lines are ignored.
 * @throws DataError with file and line for an invalid correction, or a second one for the same image
 */
export function parsePatch(name: string, text: string): Patch {
  const corrections = new Map<string, Correction>();
  text.replace(/^\uFEFF/, "").split("\n").forEach((source, i) => {
    if (source.trim() === "") return;
    const correction = parseLine(source, `${name}:${i + 1}`);
    if (corrections.has(correction.image)) {
      throw lineError(
        `${name}:${i + 1}`,
        `"${correction.image}" already has a correction above; keep one of them`,
      );
    }
    corrections.set(correction.image, correction);
  });
  return { name, corrections };
}

/** The text of a patch file. */
export function formatPatch(corrections: readonly Correction[]): string {
  return corrections.map((correction) => JSON.stringify(correction) + "\n").join("");
}

function parseLine(text: string, where: string): Correction {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw lineError(where, `the line is not valid JSON (${messageOf(cause)})`);
  }
  const { success, data, error } = line.safeParse(value);
  if (success) return data;
  const [{ path, message }] = error.issues;
  const key = path.length === 0 ? "the line" : `"${path.join(".")}"`;
  throw lineError(
    where,
    `${key} is invalid (${message}); need {"image": ..., "action": "drop"}, ` +
      `{"image": ..., "action": "relabel", "label": ...} or {"image": ..., "action": "move", "split": ...}, ` +
      'and optionally "reason"',
  );
}

function lineError(where: string, reason: string): DataError {
  return new DataError(`Cannot read corrections at ${where}: ${reason}`);
}

/**
 * The samples of all splits after the corrections, and a note that counts them. {@link movePatched} moves them.
 * @throws DataError for a correction of an image that is not a sample, and for a split that loses all its samples
 */
export function applyPatch<Key extends string>(
  samples: Readonly<Partial<Record<Key, readonly LabelledPath[]>>>,
  { name, corrections }: Patch,
): { samples: Partial<Record<Key, LabelledPath[]>>; note: string } {
  const used = new Set<string>();
  let dropped = 0, relabelled = 0;
  const correct = (sample: LabelledPath): LabelledPath[] => {
    const correction = corrections.get(sample.path);
    if (correction === undefined) return [sample];
    used.add(correction.image);
    if (correction.action === "drop") {
      dropped++;
      return [];
    }
    if (correction.label === undefined) return [sample];
    relabelled++;
    return [{ ...sample, className: correction.label }];
  };
  const corrected = Object.entries(samples).map(([split, all]) => {
    const left = (all as LabelledPath[]).flatMap(correct);
    if (left.length === 0) {
      throw new DataError(`Cannot apply "${name}": it drops all samples of ${split}; keep some of them`);
    }
    return [split, left] as const;
  });
  const unused = [...corrections.keys()].filter((image) => !used.has(image));
  if (unused.length > 0) {
    throw new DataError(
      `Cannot apply "${name}": ${counted(unused.length, "image")} not found in the dataset, first: ` +
        `"${unused[0]}"; check data.data_root or recreate the patch with deno task stats --patch FILE`,
    );
  }
  const note = `patch: "${name}" dropped ${counted(dropped, "sample")} and relabelled ${relabelled}`;
  return { samples: Object.fromEntries(corrected) as Partial<Record<Key, LabelledPath[]>>, note };
}

/**
 * The samples after those have moved to other splits whose corrections say so, and a note if there are any.
 * @throws DataError for a split that loses all its samples
 */
export function movePatched(
  samples: Readonly<Partial<Record<Split, readonly LabelledPath[]>>>,
  { name, corrections }: Patch,
): { samples: Partial<Record<Split, readonly LabelledPath[]>>; note: string | undefined } {
  const targetOf = (path: string) => {
    const correction = corrections.get(path);
    return correction?.action === "move" ? correction.split : undefined;
  };
  const all = SPLITS.flatMap((split) =>
    (samples[split] ?? []).map((sample) => ({ sample, split, target: targetOf(sample.path) ?? split }))
  );
  const moved = all.filter(({ split, target }) => split !== target).length;
  if (moved === 0) return { samples, note: undefined };
  const parts = SPLITS.flatMap((split): [Split, LabelledPath[]][] => {
    const left = all.flatMap(({ sample, target }) => target === split ? [sample] : []);
    if (left.length === 0 && (samples[split]?.length ?? 0) > 0) {
      throw new DataError(`Cannot apply "${name}": it moves all samples of ${split} away; keep some of them`);
    }
    return left.length > 0 || samples[split] !== undefined ? [[split, left]] : [];
  });
  return { samples: Object.fromEntries(parts), note: `patch: "${name}" moved ${counted(moved, "sample")}` };
}
