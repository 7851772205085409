import { assert, assertEquals } from "@std/assert";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { memoryTree } from "../../../src/data/files/memory_tree.ts";
import { UnreadableFiles } from "../../../src/data/decode/unreadable.ts";

const MANY = 300_000, bytes = new Uint8Array();

Deno.test("a folder of 180,000 images, which no call could take as arguments, is read", async () => {
  const files = new Map<string, Uint8Array>();
  for (let i = 0; i < 200_000; i++) {
    files.set(`${i % 20 === 0 ? "few" : "many"}/${i % 20 === 1 ? "valid" : "train"}/${i}.jpg`, bytes);
  }
  const { splits, classes, ignored } = await readDataset(memoryTree("data", files));
  assertEquals(classes, ["few", "many"]);
  assertEquals([splits.train.length, splits.valid.length, ignored.length], [190_000, 10_000, 0]);
});

Deno.test("300,000 unreadable files are one error, which names ten", () => {
  const lost = new UnreadableFiles({ root: "data", split: "train", total: MANY, maxUnreadable: 1 });
  lost.add(Array.from({ length: MANY }, (_, i) => ({ path: `${i}.jpg`, reason: "no image" })));
  assertEquals([lost.all.length, lost.takeNew().length], [MANY, MANY]);
  assert(lost.has("299999.jpg"));
});
