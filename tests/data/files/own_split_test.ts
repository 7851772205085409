import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import { sha256 } from "../../../src/base/sha256.ts";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { divide } from "../../../src/data/files/own_split.ts";
import { type Dataset, SPLITS } from "../../../src/data/types.ts";
import { assertMessage, treeOf } from "../helpers.ts";

const TENTHS = { valid: 0.1, test: 0.1 };
const sample = (className: string, i: number) => ({ path: `${className}/${i}.jpg`, className });
const samples = (className: string, count: number) =>
  Array.from({ length: count }, (_, i) => sample(className, i));
const ofItself = (path: string) => path;

/** The split of each path. */
function places(parts: ReturnType<typeof divide>): Map<string, string> {
  return new Map(SPLITS.flatMap((split) => parts[split].map(({ path }) => [path, split] as const)));
}

/** A flat dataset of two classes whose images are all different. */
const files = (count: number) =>
  Object.fromEntries(
    ["a", "b"].flatMap((name) =>
      Array.from({ length: count }, (_, i) => [`${name}/${i}.jpg`, `${name} ${i}`])
    ),
  );

const splitOf = ({ splits }: Dataset, path: string) =>
  SPLITS.find((split) => splits[split].some((one) => one.path === path));

Deno.test("divide() gives each split about its share", () => {
  const parts = divide(samples("a", 2000), ofItself, { valid: 0.2, test: 0.1 });
  assert(Math.abs(parts.valid.length - 400) < 80, `${parts.valid.length}`);
  assert(Math.abs(parts.test.length - 200) < 60, `${parts.test.length}`);
});

Deno.test("images that are added move no others", () => {
  const before = places(divide(samples("a", 300), ofItself, TENTHS));
  const after = places(divide([...samples("new", 200), ...samples("a", 500)], ofItself, TENTHS));
  for (const [path, split] of before) assertEquals(after.get(path), split);
});

Deno.test("each class of 5 images or more is in each split, one of 3 in valid, and each in train", () => {
  for (let count = 1; count < 12; count++) {
    for (const name of ["a", "b", "c", "d", "e"]) {
      const { train, valid, test } = divide(samples(name, count), ofItself, TENTHS);
      assert(train.length > 0, `${name} ${count}`);
      assert(count < 3 || valid.length > 0, `${name} ${count}`);
      assert(count < 5 || test.length > 0, `${name} ${count}`);
    }
  }
});

Deno.test("copies of an image stay together, whatever their paths", async () => {
  const dataset = await readDataset(treeOf({ ...files(40), "a/copy.jpg": "a 7", "a/deep/again.jpg": "a 7" }));
  const split = splitOf(dataset, "a/7.jpg");
  assertEquals([splitOf(dataset, "a/copy.jpg"), splitOf(dataset, "a/deep/again.jpg")], [split, split]);
});

Deno.test("the division follows contents, not names", async () => {
  const renamed = Object.fromEntries(Object.entries(files(60)).map(([path, text]) => [`x${path}`, text]));
  const [one, other] = [await readDataset(treeOf(files(60))), await readDataset(treeOf(renamed))];
  for (const { path } of one.splits.valid) assertEquals(splitOf(other, `x${path}`), "valid");
  assertNotEquals(one.splits.valid.length, 0);
});

Deno.test("images of a group stay together", async () => {
  const people = Object.fromEntries(
    ["a", "b"].flatMap((name) =>
      Array.from({ length: 200 }, (_, i) => [`${name}/person${i % 20}_${i}.jpg`, `${name} ${i}`])
    ),
  );
  const split = { ...TENTHS, group: "person(\\d+)" };
  const dataset = await readDataset(treeOf(people), { split });
  const groups = Map.groupBy(
    SPLITS.flatMap((name) => dataset.splits[name].map(({ path }) => ({ name, path }))),
    ({ path }) => /person(\d+)/.exec(path)![1],
  );
  for (const members of groups.values()) assertEquals(new Set(members.map(({ name }) => name)).size, 1);
  await assertMessage(
    () => readDataset(treeOf({ ...people, "a/nobody.jpg": "" }), { split }),
    DataError,
    'Cannot divide the images: data.split.group=person(\\d+) does not match "a/nobody.jpg"',
  );
});

Deno.test("files whose hashes are known are divided alike, without being read", async () => {
  const tree = treeOf(files(60)), read: string[] = [];
  const hashes = new Map<string, string>();
  for (const path of await tree.paths()) hashes.set(path, (await sha256(await tree.read(path))).toHex());
  const unread = { ...tree, read: (path: string) => (read.push(path), tree.read(path)) };
  const known = await readDataset(unread, { hashOf: (path) => hashes.get(path) });
  assertEquals(read, []);
  assertEquals(known, await readDataset(tree));
});
