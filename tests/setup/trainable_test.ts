/** What a training says of a dataset that has nothing to learn. */
import { assertRejects } from "@std/assert";
import { DataError } from "../../src/base/errors.ts";
import { readDataset } from "../../src/data/files/dataset.ts";
import { parsePatch } from "../../src/data/files/patch.ts";
import { type OpenData, requireTrainable } from "../../src/setup/open_data.ts";
import { treeOf } from "../data/helpers.ts";

Deno.test("a training on images without labels says how they get them", async () => {
  const tree = treeOf(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}.jpg`, `${i}`])));
  const require = async (patch?: string) => {
    const dataset = await readDataset(tree, {
      layout: "unlabelled",
      ...(patch && { patch: parsePatch("patch.jsonl", patch) }),
    });
    requireTrainable({ classes: dataset.classes, dataset } as OpenData);
  };
  const rejects = (patch: string | undefined, message: string) =>
    assertRejects(() => require(patch), DataError, message);
  const labelled = (name: (i: number) => string) =>
    Array.from(
      { length: 20 },
      (_, i) => JSON.stringify({ image: `${i}.jpg`, action: "relabel", label: name(i) }),
    ).join("\n");
  await rejects(undefined, "has no labels; give them by keyboard in deno task page");
  await rejects(labelled(() => "one"), "has one class only, one; need two or more");
  await require(labelled((i) => i % 2 ? "one" : "two"));
});
