import * as z from "zod";
import { readDataset } from "../files/dataset.ts";
import { defineDataset, ROOT_CURE } from "./plugin.ts";

/** A folder or .zip with train, valid and test, in each a folder per class or JSONL annotations. */
export const image_folder = defineDataset({
  options: z.strictObject({
    data_root: z.string("must be a path: give data.data_root=PATH").min(1)
      .describe("Folder or .zip with train, valid and test; must be given"),
  }).describe("Folder per class, JSONL annotations or a .zip of these"),
  async make({ data_root }, context) {
    const tree = await context.openTree(data_root, ROOT_CURE);
    return { tree, dataset: await readDataset(tree, context) };
  },
});
