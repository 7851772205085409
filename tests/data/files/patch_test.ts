import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { formatPatch, parsePatch } from "../../../src/data/files/patch.ts";
import { assertMessage, line, treeOf } from "../helpers.ts";

const tree = treeOf({
  "train/cat/1.jpg": "",
  "train/cat/2.jpg": "",
  "train/dog/1.jpg": "",
  "train/lines/x.jpg": "",
  "train/lines/a.jsonl": line("x.jpg", "cat") + line("x.jpg", "owl"),
  "valid/cat/1.jpg": "",
  "valid/Dog/1.jpg": "",
});
const drop = (image: string) => JSON.stringify({ image, action: "drop", reason: "because" }) + "\n";
const relabel = (image: string, label: string) => JSON.stringify({ image, action: "relabel", label }) + "\n";
const read = (text: string) => readDataset(tree, { patch: parsePatch("p.jsonl", text) });

Deno.test("readDataset() drops and relabels what a patch says, before classes are counted", async () => {
  const { classes, splits, notes, skippedUnknownLabels } = await read(
    drop("train/cat/2.jpg") + "\n" + relabel("valid/Dog/1.jpg", "dog") + relabel("train/lines/x.jpg", "dog"),
  );
  const named = (split: "train" | "valid") =>
    splits[split].map(({ path, label }) => `${path} ${classes[label]}`);
  assertEquals(classes, ["cat", "dog"]);
  assertEquals(named("train"), [
    "train/lines/x.jpg dog",
    "train/lines/x.jpg dog",
    "train/cat/1.jpg cat",
    "train/dog/1.jpg dog",
  ]);
  assertEquals(named("valid"), ["valid/Dog/1.jpg dog", "valid/cat/1.jpg cat"]);
  assertEquals(skippedUnknownLabels.valid.size, 0);
  assertEquals(notes[0], 'patch: "p.jsonl" dropped 1 sample and relabelled 3');
});

Deno.test("formatPatch() writes what parsePatch() reads", () => {
  const corrections = [
    { image: 'a "b"/ü.jpg', action: "drop", reason: "two\nlines" },
    { image: "c.jpg", action: "relabel", label: "00" },
  ] as const;
  assertEquals([...parsePatch("p", formatPatch(corrections)).corrections.values()], [...corrections]);
});

for (
  const [name, text, says] of [
    ["what is no JSON", "{", /^Cannot read corrections at p\.jsonl:2: the line is not valid JSON/],
    ["an unknown action", '{"image": "x", "action": "delete"}', /p\.jsonl:2: "action" is invalid/],
    ["a relabelling without a label", '{"image": "x", "action": "relabel"}', /"label" is invalid/],
    ["an unknown key", '{"image": "x", "action": "drop", "label": "y"}', /the line is invalid .*label/],
    [
      "a second correction",
      drop("train/cat/1.jpg"),
      /2: "train\/cat\/1\.jpg" already has a correction above/,
    ],
  ] as const
) {
  Deno.test(`parsePatch() refuses ${name} with file and line`, () => {
    const { message } = assertThrows(() => parsePatch("p.jsonl", drop("train/cat/1.jpg") + text), DataError);
    if (!says.test(message)) throw new Error(message);
  });
}

Deno.test("readDataset() refuses a patch of another dataset, and one that empties a split", async () => {
  await assertMessage(
    () => read(drop("train/cat/1.jpg") + drop("train/cat/9.jpg")),
    DataError,
    'Cannot apply "p.jsonl": 1 image not found in the dataset, first: "train/cat/9.jpg"; ' +
      "check data.data_root or recreate the patch with deno task stats --patch FILE",
  );
  await assertMessage(
    () => read(drop("valid/cat/1.jpg") + drop("valid/Dog/1.jpg")),
    DataError,
    'Cannot apply "p.jsonl": it drops all samples of valid; keep some of them',
  );
});

const move = (image: string, split: string, label?: string) =>
  JSON.stringify({ image, action: "move", split, label }) + "\n";

Deno.test("readDataset() moves what a patch says to another split, with another label if there is one", async () => {
  const { classes, splits, notes } = await read(
    move("train/cat/2.jpg", "valid") + move("train/dog/1.jpg", "test", "cat"),
  );
  const named = (split: "train" | "valid" | "test") =>
    splits[split].map(({ path, label }) => `${path} ${classes[label]}`);
  assertEquals(named("train").includes("train/cat/2.jpg cat"), false);
  assertEquals(named("valid").includes("train/cat/2.jpg cat"), true);
  assertEquals(named("test"), ["train/dog/1.jpg cat"]);
  assertEquals(notes.includes('patch: "p.jsonl" moved 2 samples'), true);
});

Deno.test("a patch that moves a whole split away is refused", async () => {
  const away = move("valid/cat/1.jpg", "train") + move("valid/Dog/1.jpg", "train");
  await assertRejects(
    () => read(away),
    DataError,
    `Cannot apply "p.jsonl": it moves all samples of valid away`,
  );
});
