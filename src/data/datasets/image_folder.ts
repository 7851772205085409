import * as z from "zod";
import { pathSchema } from "../../base/path_schema.ts";
import { readDataset } from "../files/dataset.ts";
import { layoutNames } from "../files/layouts/mod.ts";
import { keptTwins } from "./kept_twins.ts";
import { type DatasetPlugin, defineDataset, ROOT_CURE } from "./plugin.ts";

const share = z.number().min(0).max(0.5);
const folder = z.string().min(1).nullable().default("auto")
  .describe("Its folder; auto: the one that is called so; null: left out");

const split = z.strictObject({
  valid: share.default(0.1).describe("Share that validates, also of a train split without validation"),
  test: share.default(0.1).describe("Share that is tested, where there are no splits at all"),
  group: z.string().min(1).nullable().default(null).refine(isPattern, "must be a regular expression")
    .describe(
      "Regular expression: images whose paths match with the same text stay together",
    ),
});

const options = z.strictObject({
  data_root: pathSchema("must be a path: give data.data_root=PATH")
    .describe("Folder or archive (.zip, .tar, .tar.gz) of images; must be given"),
  layout: z.enum(["auto", ...layoutNames]).default("auto").describe(
    "How they are arranged; auto: as they seem",
  ),
  splits: z.strictObject({ train: folder, valid: folder, test: folder }).prefault({})
    .describe("Folders of the splits"),
  split: split.prefault({}).describe("How images without splits are divided, by their contents"),
  label_column: z.string().min(1).nullable().default(null)
    .describe("Column of a CSV or JSONL that has the class; null: the one that seems to"),
  encoding: z.string().min(1).default("utf-8").refine(
    isEncoding,
    "must name a text encoding, such as windows-1252",
  )
    .describe("Encoding of CSV and JSONL files"),
});

function isPattern(text: string | null): boolean {
  try {
    new RegExp(text ?? "", "u");
    return true;
  } catch {
    return false;
  }
}

function isEncoding(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

/** Images of the user's own, in any of the layouts of `files/layouts`. */
export const image_folder: DatasetPlugin = defineDataset({
  options: options.describe("Your own images: class folders, splits, tables of labels, or an archive"),
  async make({ data_root, layout, splits, split, label_column, encoding }, { holdout, ...context }) {
    const tree = await context.openTree(data_root, ROOT_CURE);
    const shares = { ...split, ...(holdout !== undefined && { valid: holdout }) };
    const labelColumn = label_column ?? undefined;
    const dataset = await readDataset(tree, {
      patch: context.patch,
      classes: context.classes,
      layout,
      splits,
      split: shares,
      labelColumn,
      encoding,
      findAlike: keptTwins(tree, context),
      progress: context.progress,
    });
    return { tree, dataset };
  },
});
