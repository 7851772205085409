/** What a batch by heart is trained on: its own images, however the files are divided. */
import { assertEquals } from "@std/assert";
import { readDataset } from "../../src/data/files/dataset.ts";
import { parsePatch } from "../../src/data/files/patch.ts";
import { decidedOf, type Decision } from "../../web/protocol/decided.ts";
import { overfitBatch } from "../../web/worker/overfit.ts";
import { Catalog } from "../../web/worker/catalog.ts";
import { treeOf } from "../data/helpers.ts";

const SIZE = 4;
const folders = (...parts: string[]) =>
  parts.flatMap((part) =>
    ["cat", "dog"].flatMap((name) =>
      Array.from({ length: 20 }, (_, i) => [`${part}${name}/${i}.jpg`, `${part}${name}${i}`])
    )
  );
const hashOf = (path: string) => path;

interface Case {
  readonly name: string;
  readonly parts: readonly string[];
  readonly decisions?: readonly (readonly [path: string, Decision])[];
  /** Images of valid and test that are left as they are. */
  readonly kept: readonly [number, number];
}

const cases: readonly Case[] = [
  { name: "without splits", parts: [""], kept: [0, 0] },
  { name: "without validation", parts: ["train/", "test/"], kept: [0, 40] },
  { name: "with splits", parts: ["train/", "valid/"], kept: [40, 0] },
  {
    name: "with decisions",
    parts: ["train/", "valid/"],
    decisions: [
      ["train/cat/1.jpg", { isDropped: true }],
      ["train/cat/2.jpg", { split: "valid" }],
      ["valid/cat/3.jpg", { split: "train" }],
      ["train/dog/4.jpg", { label: "cat" }],
    ],
    kept: [40, 0],
  },
];

for (const { name, parts, decisions = [], kept } of cases) {
  Deno.test(`a batch by heart of a dataset ${name} is all that is trained on`, async () => {
    const tree = treeOf(Object.fromEntries(folders(...parts)));
    const asRead = await readDataset(tree, { split: { valid: .2, test: .2 }, hashOf });
    const asked = { size: SIZE, decided: decidedOf(new Map(decisions)), isUnlabelled: false };
    const { patch, images } = overfitBatch(new Catalog(asRead), asked);
    const { splits } = await readDataset(tree, {
      split: { valid: 0, test: 0 },
      patch: parsePatch("patch", patch),
      hashOf,
    });
    assertEquals(splits.train.map(({ path }) => path).sort(), images.map(({ path }) => path).sort());
    assertEquals(splits.train.length, SIZE);
    assertEquals([splits.valid.length, splits.test.length], kept);
  });
}
