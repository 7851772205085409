import { DataError } from "../../../src/base/errors.ts";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { assertMessage, line, treeOf } from "../helpers.ts";

const LAYOUT = "need train/ with <class>/*.jpg or *.jsonl files, and optionally valid/ and test/ " +
  "(set data.data_root=<folder or .zip>)";

/** What reading a dataset with this train/annotations.jsonl must say. */
function checkLine(text: string, reason: string | RegExp, at = 2): () => Promise<void> {
  const files = {
    "train/annotations.jsonl": line("a.jpg", "1") + text,
    "train/a.jpg": "",
    "outside.jpg": "",
  };
  const start = `Cannot read annotations at train/annotations.jsonl:${at}: `;
  const message = typeof reason === "string" ? start + reason : reason;
  return () => assertMessage(() => readDataset(treeOf(files), { seed: 1 }), DataError, message);
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
  checkLine(`"a.jpg"`, `the line must be a JSON object {"image": ..., "prefix": ..., "suffix": ...}`),
);
Deno.test(
  "a line without suffix is refused",
  checkLine(
    `{"image":"a.jpg","prefix":""}`,
    `the line lacks the key "suffix", current keys are "image", "prefix"`,
  ),
);
Deno.test(
  "a line without image is refused",
  checkLine(
    `{"prefix":"","suffix":"1"}`,
    `the line lacks the key "image", current keys are "prefix", "suffix"`,
  ),
);
Deno.test(
  "a line without prefix is refused",
  checkLine(
    `{"image":"a.jpg","suffix":"1"}`,
    `the line lacks the key "prefix", current keys are "image", "suffix"`,
  ),
);
Deno.test(
  "a suffix that is a number is refused",
  checkLine(`{"image":"a.jpg","prefix":"","suffix":7}`, `"suffix" must be a string, current value is 7`),
);
Deno.test(
  "a missing image is named by file and line",
  checkLine(line("b.jpg", "1"), `the image "train/b.jpg" does not exist`),
);
for (const path of ["../../etc/passwd", "/etc/passwd", "C:\\x.jpg"]) {
  Deno.test(
    `the image path ${path} is refused`,
    checkLine(
      line(path, "1"),
      `the image path ${JSON.stringify(path)} is outside the dataset's root`,
    ),
  );
}

Deno.test("an image path may not leave a top folder that is looked through", () =>
  assertMessage(
    () => readDataset(treeOf({ "top/train/x.jsonl": line("../../a.jpg", "1"), "a.jpg": "" }), { seed: 1 }),
    DataError,
    `Cannot read annotations at top/train/x.jsonl:1: the image path "../../a.jpg" ` +
      `is outside the dataset's root`,
  ));

Deno.test("an empty root is refused", () =>
  assertMessage(
    () => readDataset(treeOf({}), { seed: 1 }),
    DataError,
    `Cannot read dataset: "data" is empty; ${LAYOUT}`,
  ));

Deno.test("a root without train is refused with what is there", () =>
  assertMessage(
    () => readDataset(treeOf({ "Train/a/1.jpg": "", "cats/1.jpg": "" }), { seed: 1 }),
    DataError,
    `Cannot read dataset: "data" has no train split, current folders are "Train", "cats"; ${LAYOUT}`,
  ));

Deno.test("a class folder without images is named", async () => {
  const cure = "add .jpg, .jpeg, .png or .webp files or remove the folder";
  await assertMessage(
    () => readDataset(treeOf({ "train/a/1.jpg": "", "train/b/notes.txt": "" }), { seed: 1 }),
    DataError,
    `Cannot use the class folder "train/b": it has no images; ${cure}`,
  );
  await assertMessage(
    () => readDataset(treeOf({ "train/a/1.jpg": "" }, ["train/c"]), { seed: 1 }),
    DataError,
    `Cannot use the class folder "train/c": it has no images; ${cure}`,
  );
});

Deno.test("a split without samples is refused", () =>
  assertMessage(
    () => readDataset(treeOf({ "train/a/1.jpg": "", "valid/x.jpg": "" }), { seed: 1 }),
    DataError,
    `Cannot use the valid split: "valid" in "data" has no samples; ` +
      `need <class>/*.{jpg,jpeg,png,webp} or *.jsonl lines with a suffix`,
  ));

Deno.test("a hold-out share out of range is refused", () =>
  assertMessage(
    () => readDataset(treeOf({ "train/a/1.jpg": "" }), { seed: 1, holdout: 1 }),
    RangeError,
    "Cannot hold out a fraction of 1: need at least 0 and below 1",
  ));
