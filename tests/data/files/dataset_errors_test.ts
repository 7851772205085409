import { assertEquals } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { assertMessage, line, treeOf } from "../helpers.ts";

/** What reading a dataset with this train/annotations.jsonl must say. */
function checkLine(text: string, message: string | RegExp): () => Promise<void> {
  const files = { "train/annotations.jsonl": line("a.jpg", "1") + text, "train/a.jpg": "" };
  return () => assertMessage(() => readDataset(treeOf(files)), DataError, message);
}

/** The notes and samples of a dataset with this row. */
async function leftOut(text: string): Promise<string> {
  const files = {
    "train/annotations.jsonl": line("a.jpg", "1") + text,
    "train/a.jpg": "",
    "outside.jpg": "",
  };
  const { splits, notes } = await readDataset(treeOf(files));
  assertEquals(splits.train.map(({ path }) => path), ["train/a.jpg"]);
  return notes[0];
}

Deno.test(
  "a line that is not JSON is named by file and line",
  checkLine(
    "\n{oops}\n",
    /^Cannot read annotations at train\/annotations\.jsonl:3: the line is not valid JSON \(.+\)/,
  ),
);
Deno.test(
  "a line that is no object is refused",
  checkLine(
    `"a.jpg"`,
    'Cannot read annotations at train/annotations.jsonl:2: the line must be a JSON object {"image": ..., "label": ...}',
  ),
);

const WITHOUT_LABEL =
  "train/annotations.jsonl: left out 1 row without a label, first train/annotations.jsonl:2";
for (const row of [`{"image":"a.jpg","prefix":""}`, `{"image":"a.jpg","prefix":"","suffix":" "}`]) {
  Deno.test(`a row without a label is left out and named: ${row}`, async () =>
    assertEquals(await leftOut(row), WITHOUT_LABEL));
}
for (const path of ["b.jpg", "../../etc/passwd", "/etc/passwd", "C:\\x.jpg", ""]) {
  Deno.test(`the image path "${path}" is left out and named`, async () =>
    assertEquals(
      await leftOut(line(path, "1")),
      "train/annotations.jsonl: left out 1 row whose image is not in the dataset, " +
        `first ${JSON.stringify(path)} at train/annotations.jsonl:2`,
    ));
}

Deno.test("a table that is given without its images is named", () =>
  assertMessage(
    () => readDataset(treeOf({ "labels.csv": "image,label\n1.jpg,a\n" })),
    DataError,
    /0 images among 1 file, and tables \("labels\.csv"\) without their images, which are to be given with them; need/,
  ));

Deno.test("a table of which no image is there is named", () =>
  assertMessage(
    () =>
      readDataset(treeOf({ "train/a/1.jpg": "", "valid/x.jsonl": line("2.jpg", "a"), "valid/1.jpg": "" })),
    DataError,
    'Cannot use the valid split: "valid" in "data" has no labelled images; of "valid/x.jsonl", no column names an ' +
      "image of the dataset; need class folders or a table of labels, or leave it out by data.splits.valid=null",
  ));

Deno.test("an empty root is refused", () =>
  assertMessage(
    () => readDataset(treeOf({})),
    DataError,
    'Cannot read dataset: "data" is empty; set data.data_root=<folder or archive>',
  ));

Deno.test("a class folder without images is named", async () => {
  const cure = "add .jpg, .png, .webp, .gif, .bmp, .tif, .avif or .heic files or remove the folder";
  await assertMessage(
    () => readDataset(treeOf({ "train/a/1.jpg": "", "train/b/notes.txt": "" })),
    DataError,
    `Cannot use the class folder "train/b": it has no images; ${cure}`,
  );
  await assertMessage(
    () => readDataset(treeOf({ "train/a/1.jpg": "" }, ["train/c"])),
    DataError,
    `Cannot use the class folder "train/c": it has no images; ${cure}`,
  );
});

Deno.test("a split without samples is refused", () =>
  assertMessage(
    () => readDataset(treeOf({ "train/a/1.jpg": "", "valid/x.jpg": "" })),
    DataError,
    'Cannot use the valid split: "valid" in "data" has no labelled images; ' +
      "need class folders or a table of labels, or leave it out by data.splits.valid=null",
  ));

Deno.test("shares that leave nothing to train on are refused", () =>
  assertMessage(
    () => readDataset(treeOf({ "train/a/1.jpg": "" }), { split: { valid: 1, test: 0 } }),
    RangeError,
    "Cannot divide by valid 1 and test 0: need 0 .. 1 in all",
  ));
