import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import { readDataset, requireUsable } from "../../../src/data/files/dataset.ts";
import type { Dataset, FileTree, Split } from "../../../src/data/types.ts";
import { assertMessage, line, treeOf } from "../helpers.ts";

const read = (tree: FileTree, holdout?: number) =>
  readDataset(tree, holdout === undefined ? {} : { split: { valid: holdout, test: 0 } });
const shown = (dataset: Dataset, split: Split) =>
  dataset.splits[split].map(({ path, label }) => `${path}=${dataset.classes[label]}`);

Deno.test("readDataset() reads class folders at any depth, in any letter case of the ending", async () => {
  const dataset = await read(treeOf({
    "train/cat/a.jpg": "",
    "train/cat/deep/er/b.JPEG": "",
    "train/dog/c.Png": "",
    "train/dog/d.webp": "",
    "train/dog/notes.txt": "",
    "train/dog/e.bmp": "",
    "train/dog/f.xcf": "",
    "valid/dog/f.jpg": "",
    "test/cat/g.jpg": "",
    "readme.md": "",
  }));
  assertEquals(dataset.classes, ["cat", "dog"]);
  assertEquals(shown(dataset, "train"), [
    "train/cat/a.jpg=cat",
    "train/cat/deep/er/b.JPEG=cat",
    "train/dog/c.Png=dog",
    "train/dog/d.webp=dog",
    "train/dog/e.bmp=dog",
  ]);
  assertEquals([shown(dataset, "valid"), shown(dataset, "test")], [["valid/dog/f.jpg=dog"], [
    "test/cat/g.jpg=cat",
  ]]);
  assertEquals(dataset.notes, []);
});

Deno.test("readDataset() takes val for valid", async () => {
  const dataset = await read(treeOf({ "train/a/1.jpg": "", "val/a/2.jpg": "", "test/a/3.jpg": "" }));
  assertEquals(shown(dataset, "valid"), ["val/a/2.jpg=a"]);
});

Deno.test("readDataset() refuses val and valid side by side", () =>
  assertMessage(
    () => read(treeOf({ "train/a/1.jpg": "", "val/a/2.jpg": "", "valid/a/3.jpg": "" })),
    DataError,
    `Cannot tell the valid split of "data": there are "val" and "valid"; give data.splits.valid=val`,
  ));

Deno.test("readDataset() skips hidden files and folders", async () => {
  const dataset = await read(treeOf({
    "train/a/1.jpg": "",
    "train/a/._1.jpg": "",
    "train/a/.thumbs/2.jpg": "",
    "train/.cache/3.jpg": "",
    "train/._x.jsonl": "not json",
    "__MACOSX/train/a/._1.jpg": "",
  }));
  assertEquals(shown(dataset, "train"), ["train/a/1.jpg=a"]);
});

Deno.test("readDataset() looks through a single top folder", async () => {
  const dataset = await read(treeOf({
    "jerseys/train/7/1.jpg": "",
    "jerseys/train/more/x.jsonl": line("../../pool/2.jpg", "8"),
    "jerseys/pool/2.jpg": "",
    "__MACOSX/jerseys/train/7/._1.jpg": "",
  }));
  assertEquals(shown(dataset, "train"), ["jerseys/pool/2.jpg=8", "jerseys/train/7/1.jpg=7"]);
});

Deno.test("readDataset() sorts class names by code point", async () => {
  const names = ["2", "10", "1", "\u{1F600}", "\uFF5E", "00", "0", "é", "Z", "a"];
  const dataset = await read(treeOf(Object.fromEntries(names.map((name) => [`train/${name}/x.jpg`, ""]))));
  assertEquals(dataset.classes, ["0", "00", "1", "10", "2", "Z", "a", "é", "\uFF5E", "\u{1F600}"]);
});

Deno.test("readDataset() reads every .jsonl below a split, one sample a line", async () => {
  const dataset = await read(treeOf({
    "train/annotations.jsonl": "\uFEFF" + line("a.jpg", "23") + "\r\n" + line("sub/b.jpg", "00").trim() +
      "\r\n",
    "train/sub/more.JSONL": line("b.jpg", "7") + line("b.jpg", "00") + line("../a.jpg", ""),
    "train/a.jpg": "",
    "train/sub/b.jpg": "",
    "train/sub/unnamed.jpg": "",
  }));
  assertEquals(dataset.classes, ["00", "23", "7"]);
  assertEquals(shown(dataset, "train").length + dataset.splits.valid.length, 4);
  assertStringIncludes(dataset.notes[0], "left out 1 row without a label, first train/sub/more.JSONL:3");
});

Deno.test("readDataset() takes both layouts in one split, annotations first", async () => {
  const dataset = await read(
    treeOf({
      "train/annotations.jsonl": line("x.jpg", "9") + line("images/y.jpg", "7"),
      "train/x.jpg": "",
      "train/images/y.jpg": "",
      "train/images/unnamed.jpg": "",
      "train/7/z.jpg": "",
      "train/7/twice.jpg": "",
      "train/twice.jsonl": line("7/twice.jpg", "7"),
    }),
    0,
  );
  assertEquals(dataset.classes, ["7", "9"]);
  assertEquals(shown(dataset, "train"), [
    "train/x.jpg=9",
    "train/images/y.jpg=7",
    "train/7/twice.jpg=7",
    "train/7/z.jpg=7",
  ]);
  assertEquals(dataset.notes[0], `train: counted 1 image in "train/7" once (also named by rows)`);
  assertEquals(dataset.ignored, [{ path: "train/images/unnamed.jpg", reason: "no row of a table names it" }]);
});

Deno.test("readDataset() leaves out and counts labels that train does not know", async () => {
  const dataset = await read(treeOf({
    "train/1/a.jpg": "",
    "valid/1/b.jpg": "",
    "valid/2/c.jpg": "",
    "valid/2/d.jpg": "",
    "test/x.jsonl": line("e.jpg", "3") + line("e.jpg", "1"),
    "test/e.jpg": "",
  }));
  assertEquals([...dataset.skippedUnknownLabels.valid], [["2", 2]]);
  assertEquals([...dataset.skippedUnknownLabels.test], [["3", 1]]);
  assertEquals([shown(dataset, "valid"), shown(dataset, "test")], [["valid/1/b.jpg=1"], ["test/e.jpg=1"]]);
  assertEquals(dataset.notes, [
    `valid: left out 2 samples of 1 class not in train: "2"`,
    `test: left out 1 sample of 1 class not in train: "3"`,
  ]);
});

Deno.test("readDataset() refuses a split of which train knows nothing", () =>
  assertMessage(
    () => read(treeOf({ "train/1/a.jpg": "", "valid/one/b.jpg": "" })),
    DataError,
    'Cannot use the valid split: its classes ("one") are none of those of train ("1"); check the names of its folders or labels',
  ));

Deno.test("readDataset() by a model's classes leaves what is used to who uses it, and names that split", async () => {
  const tree = treeOf({ "train/1/a.jpg": "", "valid/1/b.jpg": "", "test/1/c.jpg": "" });
  const dataset = await readDataset(tree, { classes: ["one"] });
  assertEquals([dataset.splits.valid, dataset.splits.test], [[], []]);
  assertThrows(
    () => requireUsable(dataset, ["test"], "the model's"),
    DataError,
    'Cannot use the test split: its classes ("1") are none of the model\'s ("one")',
  );
});

Deno.test("readDataset() holds out a share of train when there is no validation split", async () => {
  const files: Record<string, string> = {};
  for (let i = 0; i < 400; i++) files[`train/big/${i}.jpg`] = `big ${i}`;
  for (let i = 0; i < 3; i++) files[`train/small/${i}.jpg`] = `small ${i}`;
  files["train/single/0.jpg"] = "single";
  const dataset = await read(treeOf(files));
  const valid = shown(dataset, "valid");
  const big = valid.filter((name) => name.endsWith("=big")).length;
  assertEquals(big > 20 && big < 60, true);
  assertEquals(valid.filter((name) => name.endsWith("=small")).length, 1);
  assertEquals(valid.length, big + 1);
  assertEquals(new Set([...valid, ...shown(dataset, "train")]).size, 404);
  assertEquals(dataset.notes, [
    `valid: no validation split, so ${
      big + 1
    } of 404 train samples are held out by their contents (data.split.valid)`,
    "test: no test split",
  ]);
});

Deno.test("readDataset() keeps all rows of one image on one side of the hold-out", async () => {
  const files: Record<string, string> = { "train/x.jsonl": "" };
  for (let i = 0; i < 40; i++) {
    files[`train/${i}.jpg`] = `${i}`;
    files["train/x.jsonl"] += line(`${i}.jpg`, "5").repeat(3);
  }
  const { splits } = await read(treeOf(files), 0.25);
  assertEquals(splits.train.length + splits.valid.length, 120);
  assertEquals(splits.valid.length > 0, true);
  const train = new Set(splits.train.map(({ path }) => path));
  assertEquals(splits.valid.some(({ path }) => train.has(path)), false);
});

Deno.test("readDataset() validates nothing with holdout 0", async () => {
  const dataset = await read(treeOf({ "train/a/1.jpg": "", "train/a/2.jpg": "", "test/a/3.jpg": "" }), 0);
  assertEquals([dataset.splits.train.length, dataset.splits.valid.length], [2, 0]);
  assertEquals(dataset.notes, [
    "valid: no validation split and data.split.valid is 0, so there will be no validation",
  ]);
});

Deno.test("readDataset() reads a set with only a test split, by its own classes or a model's", async () => {
  const tree = treeOf({ "test/b/1.jpg": "", "test/a/2.jpg": "", "test/c/3.jpg": "" });
  const alone = await readDataset(tree);
  assertEquals([alone.classes, shown(alone, "test").length, shown(alone, "train").length], [
    ["a", "b", "c"],
    3,
    0,
  ]);
  assertEquals(alone.notes, ["train: no train split, so the classes are those of test"]);
  const ofModel = await readDataset(tree, { classes: ["b", "z", "a"] });
  assertEquals(shown(ofModel, "test"), ["test/a/2.jpg=a", "test/b/1.jpg=b"]);
  assertEquals(ofModel.splits.test.map(({ label }) => label), [2, 0]);
  assertEquals(ofModel.notes, [`test: left out 1 sample of 1 class not the model's: "c"`]);
});
