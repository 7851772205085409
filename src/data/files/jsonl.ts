/**
 * The JSONL layout: every `*.jsonl` file below a split, where each line is a sample [DATA-02]: `{"image": "x.jpg",
 * "prefix": "Read the number.", "suffix": "23", "metadata"?: {...}}`.
 */
import { DataError, messageOf } from "../../base/errors.ts";
import type { LabelledPath } from "./image_folder.ts";
import { folderOf, join, resolveInside } from "./paths.ts";

const REQUIRED = ["image", "prefix", "suffix"] as const;

/** The contents of one annotation file. */
export interface Annotations {
  readonly samples: readonly LabelledPath[];
  /** Every image that a line names, including those with an empty suffix. */
  readonly images: ReadonlySet<string>;
  readonly emptySuffixes: number;
}

/**
 * Reads one annotation file. `file` is its path in the tree, `root` the folder that images must be inside ("" = the
 * tree itself), `existing` all paths of the tree.
 *
 * @throws DataError with file and line if a line is not a JSON object, lacks "image", "prefix" or "suffix", has one
 * that is not a string, or names an image that is outside the root or missing
 */
export function parseAnnotations(
  file: string,
  text: string,
  root: string,
  existing: ReadonlySet<string>,
): Annotations {
  const samples: LabelledPath[] = [];
  const images = new Set<string>();
  let emptySuffixes = 0;
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  for (let i = 0; i < lines.length; i++) {
    if (lines[i].trim() === "") continue;
    const where = `${file}:${i + 1}`;
    const { image, suffix } = parseLine(lines[i], where);
    const path = imagePath(image, file, root, existing, where);
    images.add(path);
    if (suffix.trim() === "") emptySuffixes++;
    else samples.push({ path, className: suffix, where });
  }
  return { samples, images, emptySuffixes };
}

function lineError(where: string, reason: string): DataError {
  return new DataError(`Cannot read annotations at ${where}: ${reason}`);
}

function parseLine(line: string, where: string): { image: string; suffix: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw lineError(where, `the line is not valid JSON (${messageOf(cause)})`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw lineError(where, `the line must be a JSON object {"image": ..., "prefix": ..., "suffix": ...}`);
  }
  const record = value as Record<string, unknown>;
  for (const key of REQUIRED) {
    if (!(key in record)) {
      const present = Object.keys(record).map((name) => `"${name}"`).join(", ") || "none";
      throw lineError(where, `the line lacks the key "${key}", current keys are ${present}`);
    }
    if (typeof record[key] !== "string") {
      throw lineError(where, `"${key}" must be a string, current value is ${JSON.stringify(record[key])}`);
    }
  }
  return { image: record.image as string, suffix: record.suffix as string };
}

function imagePath(
  image: string,
  file: string,
  root: string,
  existing: ReadonlySet<string>,
  where: string,
): string {
  const folder = folderOf(file);
  const insideRoot = resolveInside(root === "" ? folder : folder.slice(root.length + 1), image);
  if (insideRoot === undefined) {
    throw lineError(
      where,
      `the image path ${JSON.stringify(image)} is outside the dataset's root`,
    );
  }
  const path = join(root, insideRoot);
  if (!existing.has(path)) throw lineError(where, `the image "${path}" does not exist`);
  return path;
}
