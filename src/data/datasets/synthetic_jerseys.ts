import * as z from "zod";
import { pathSchema } from "../../base/path_schema.ts";
import { fnv1a32 } from "../../base/rng.ts";
import { readDataset } from "../files/dataset.ts";
import { folderOf, join } from "../files/paths.ts";
import { ensureSyntheticJerseys, stampOf } from "../synthetic_jerseys/ensure.ts";
import { type DatasetContext, type DatasetPlugin, defineDataset, ROOT_CURE } from "./plugin.ts";

const count = z.int().min(1);
const classes = z.array(z.string().min(1)).min(2)
  .refine((names) => new Set(names).size === names.length, "must not name a class twice");

const synthetic = z.strictObject({
  classes: classes.describe("What is written on the jerseys"),
  train: count.default(2000).describe("Images to draw for training"),
  valid: count.default(300).describe("Images to draw for validation"),
  test: count.default(300).describe("Images to draw for the test"),
  size: z.int().min(16).default(48).describe("Side of a drawn image, in pixels"),
});

const options = z.strictObject({
  data_root: pathSchema().nullable().default(null).describe("Where to draw them; null: a cache folder"),
  synthetic: synthetic.describe("What is drawn"),
});

/** Jersey numbers drawn from the seed, written once and then read like any other dataset. */
export const synthetic_jerseys: DatasetPlugin = defineDataset({
  options: options.describe("Jersey numbers drawn from the seed"),
  async make(options, context) {
    const tree = await context.openTree(await draw(options, context), ROOT_CURE);
    const dataset = await readDataset(tree, { patch: context.patch, classes: context.classes });
    return { tree, dataset: { ...dataset, understood: "", ignored: [] } };
  },
});

/** Draws the set where it is not there yet; returns its folder. */
async function draw(
  { data_root, synthetic }: z.output<typeof options>,
  context: DatasetContext,
): Promise<string> {
  const drawing = { seed: context.seed, ...synthetic };
  const key = fnv1a32(stampOf(drawing)).toString(16).padStart(8, "0");
  const path = data_root?.replace(/(?<=.)\/+$/, "") ??
    join(context.cacheFolder("datasets"), `synthetic_jerseys_${key}`);
  const parent = folderOf(path);
  const isNew = await ensureSyntheticJerseys(drawing, {
    store: context.folderStore(parent || (path.startsWith("/") ? "/" : ".")),
    folder: path.slice(parent.length).replace(/^\//, ""),
    encodeJpeg: context.encodeJpeg,
    lock: () => context.lock(path, "draws this dataset"),
  });
  if (isNew) {
    const images = drawing.train + drawing.valid + drawing.test;
    context.print(`  drew ${images} jersey numbers into ${path}`);
  }
  return path;
}
