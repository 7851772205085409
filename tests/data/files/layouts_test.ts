/** Each layout that people have, made by hand: counts by split and class, and one line of what was understood. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import { type DatasetOptions, readDataset } from "../../../src/data/files/dataset.ts";
import { type Dataset, SPLITS } from "../../../src/data/types.ts";
import { assertMessage, line, treeOf } from "../helpers.ts";

/** Images by path; each has other contents. */
function images(...paths: string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [path, path]));
}

/** `count` images in a folder: 0.jpg, 1.jpg, ... */
function many(folder: string, count: number, ending = "jpg"): Record<string, string> {
  return images(...Array.from({ length: count }, (_, i) => `${folder}/${i}.${ending}`));
}

/** Counts by split as {"train": "cat 2, dog 1"}; splits without images are left out. */
function counts({ splits, classes }: Dataset): Record<string, string> {
  const entries = SPLITS.filter((split) => splits[split].length > 0).map((split) => {
    const labels = Map.groupBy(splits[split], ({ label }) => label);
    return [
      split,
      classes.flatMap((name, i) => labels.has(i) ? [`${name} ${labels.get(i)!.length}`] : []).join(", "),
    ];
  });
  return Object.fromEntries(entries);
}

interface Case {
  readonly name: string;
  readonly files: Record<string, string>;
  readonly options?: DatasetOptions;
  readonly counts: Record<string, string>;
  readonly understood: string;
}

const catsAndDogs = (train: string, valid: string, test: string) => ({
  ...images(`${train}/cat/1.jpg`, `${train}/cat/2.jpg`, `${train}/dog/3.jpg`),
  ...images(`${valid}/cat/4.jpg`, `${test}/dog/5.jpg`),
});
const THREE = { train: "cat 2, dog 1", valid: "cat 1", test: "dog 1" };
const both = "class folder";
/** Folders in folders, of which either could be the class. */
const NESTED = images("animals/cat/1.jpg", "animals/dog/1.jpg", "plants/fern/1.jpg", "plants/oak/1.jpg");
const flat = { ...many("cat", 50), ...many("dog", 30) };
const UNDIVIDED: DatasetOptions = { split: { valid: 0, test: 0 } };

const cases: Case[] = [
  ...[
    ["train", "valid", "test"],
    ["training", "validation", "testing"],
    ["Train", "Val", "TEST"],
    ["training_set", "valset", "Test-Set"],
    ["train", "dev", "test"],
    ["images/train", "images/val", "images/test"],
    ["set/data/train", "set/data/valid", "set/data/test"],
  ].map(([train, valid, test]): Case => ({
    name: `splits ${train}, ${valid}, ${test}`,
    files: catsAndDogs(train, valid, test),
    counts: THREE,
    understood: both,
  })),
  {
    name: "splits beside another folder",
    files: { ...catsAndDogs("set/train", "set/valid", "set/test"), ...many("examples", 2), "readme.md": "" },
    counts: THREE,
    understood: both,
  },
  {
    name: "splits doubled by an archive",
    files: catsAndDogs("train/train", "train/valid", "train/test"),
    counts: THREE,
    understood: both,
  },
  {
    name: "train and valid only",
    files: images("train/cat/1.jpg", "train/dog/2.jpg", "val/cat/3.jpg"),
    counts: { train: "cat 1, dog 1", valid: "cat 1" },
    understood: "train (2 class folders), val (1 class folder)",
  },
  {
    name: "class folders",
    files: flat,
    options: UNDIVIDED,
    counts: { train: "cat 50, dog 30" },
    understood: "2 class folders, no splits",
  },
  {
    name: "class folders below others",
    files: Object.fromEntries(Object.entries(flat).map(([path, text]) => [`a/b/${path}`, text])),
    options: UNDIVIDED,
    counts: { train: "cat 50, dog 30" },
    understood: "2 class folders, no splits",
  },
  {
    name: "class folders, one of them called train",
    files: { ...many("bus", 4), ...many("car", 4), ...many("train", 4) },
    options: UNDIVIDED,
    counts: { train: "bus 4, car 4, train 4" },
    understood: "3 class folders, no splits",
  },
  {
    name: "folders in class folders, by choice the first",
    files: NESTED,
    options: { layout: "class_folders", split: { valid: 0, test: 0 } },
    counts: { train: "animals 2, plants 2" },
    understood: "2 class folders",
  },
  {
    name: "folders in class folders, by choice the second",
    files: NESTED,
    options: { layout: "innermost_folders", split: { valid: 0, test: 0 } },
    counts: { train: "cat 1, dog 1, fern 1, oak 1" },
    understood: "4 class folders",
  },
  {
    name: "splits in classes",
    files: images("cat/train/1.jpg", "cat/test/2.jpg", "dog/train/3.jpg", "dog/train/4.jpg", "dog/val/5.jpg"),
    counts: { train: "cat 1, dog 2", valid: "dog 1", test: "cat 1" },
    understood: "2 class folders with train, valid, test in each",
  },
  {
    name: "labels.csv beside ids without ending",
    files: {
      ...images("train/a1.jpg", "train/b2.jpg", "test/c3.jpg"),
      "labels.csv": "id,breed\na1,beagle\nb2,husky\n",
      "sample_submission.csv": "id,beagle,husky\nc3,0.5,0.5\n",
    },
    options: UNDIVIDED,
    counts: { train: "beagle 1, husky 1" },
    understood: `labels.csv: files from "id", labels from "breed"`,
  },
  {
    name: "train.csv and folders of images",
    files: {
      ...images("train_images/1.jpg", "train_images/2.jpg", "test_images/3.jpg"),
      "train.csv": "image_id,label\n1.jpg,0\n2.jpg,4\n",
      "sample_submission.csv": "image_id,label\n3.jpg,4\n",
    },
    options: UNDIVIDED,
    counts: { train: "0 1, 4 1" },
    understood: `train.csv: files from "image_id", labels from "label"`,
  },
  {
    name: "train.csv, valid.csv and test.csv",
    files: {
      ...images("img/1.jpg", "img/2.jpg", "img/3.jpg", "img/4.jpg"),
      "train.csv": "path,class\nimg/1.jpg,x\nimg/2.jpg,y\n",
      "valid.csv": "path,class\nimg/3.jpg,x\n",
      "test.csv": "path,class\nimg/4.jpg,y\n",
    },
    counts: { train: "x 1, y 1", valid: "x 1", test: "y 1" },
    understood: "train.csv",
  },
  {
    name: "a table with a split column and numbered classes",
    files: {
      ...catsAndDogs("train", "valid", "test"),
      "birds.csv": "class id,filepaths,labels,data set\n0,train/cat/1.jpg,CAT,train\n",
    },
    counts: THREE,
    understood: both,
  },
  {
    name: "a split column alone",
    files: {
      ...images("1.png", "2.png", "3.png"),
      "meta.csv":
        "class id,filepaths,labels,data set\n7,1.png,ROBIN,train\n8,2.png,WREN,train\n7,3.png,ROBIN,valid\n",
    },
    counts: { train: "ROBIN 1, WREN 1", valid: "ROBIN 1" },
    understood: `labels from "labels"`,
  },
  {
    name: "one column for each class (Roboflow)",
    files: {
      ...images("train/1.jpg", "train/2.jpg", "valid/3.jpg", "test/4.jpg"),
      "train/_classes.csv": "filename, cat, dog\n1.jpg, 1, 0\n2.jpg, 0, 1\n",
      "valid/_classes.csv": "filename, cat, dog\n3.jpg, 1, 0\n",
      "test/_classes.csv": "filename, cat, dog\n4.jpg, 0, 1\n",
    },
    counts: { train: "cat 1, dog 1", valid: "cat 1", test: "dog 1" },
    understood: "2 class columns",
  },
  {
    name: "metadata.jsonl in each split (Hugging Face)",
    files: {
      ...images("train/1.jpg", "train/2.jpg", "validation/3.jpg"),
      "train/metadata.jsonl": `{"file_name": "1.jpg", "label": 3}\n{"file_name": "2.jpg", "label": 5}\n`,
      "validation/metadata.jsonl": `{"file_name": "3.jpg", "label": 5}\n`,
    },
    counts: { train: "3 1, 5 1", valid: "5 1" },
    understood: `labels from "label"`,
  },
  {
    name: "metadata.csv above the splits (Hugging Face)",
    files: {
      ...images("train/1.jpg", "train/2.jpg", "test/3.jpg"),
      "metadata.csv": "file_name,label\ntrain/1.jpg,a\ntrain/2.jpg,b\ntest/3.jpg,a\n",
    },
    options: UNDIVIDED,
    counts: { train: "a 1, b 1", test: "a 1" },
    understood: "metadata.csv",
  },
  {
    name: "JSONL with suffix",
    files: {
      ...images("train/1.jpg", "train/2.jpg", "valid/3.jpg"),
      "train/annotations.jsonl": line("1.jpg", "23") + line("2.jpg", "7"),
      "valid/annotations.jsonl": line("3.jpg", "7"),
    },
    counts: { train: "23 1, 7 1", valid: "7 1" },
    understood: `labels from "suffix"`,
  },
  {
    name: "JSONL at the top with a split in each line",
    files: {
      ...images("p/1.jpg", "p/2.jpg", "p/3.jpg"),
      "all.jsonl":
        `{"image":"p/1.jpg","label":"a","split":"train"}\n{"image":"p/2.jpg","label":"b","split":"train"}\n` +
        `{"image":"p/3.jpg","label":"a","split":"val"}\n`,
    },
    counts: { train: "a 1, b 1", valid: "a 1" },
    understood: "all.jsonl",
  },
  {
    name: "a JSON list",
    files: {
      ...images("1.jpg", "2.jpg"),
      "labels.json": JSON.stringify([{ image: "1.jpg", label: "a" }, { image: "2.jpg", label: "b" }]),
    },
    options: UNDIVIDED,
    counts: { train: "a 1, b 1" },
    understood: "labels.json",
  },
  {
    name: "conversations (OpenAI)",
    files: {
      ...images("train/1.jpg", "train/2.jpg"),
      "train/chat.jsonl": ["1.jpg", "2.jpg"].map((url, i) =>
        JSON.stringify({
          messages: [
            {
              role: "user",
              content: [{ type: "text", text: "Which?" }, { type: "image_url", image_url: { url } }],
            },
            { role: "assistant", content: `${i}` },
          ],
        })
      ).join("\n"),
    },
    options: UNDIVIDED,
    counts: { train: "0 1, 1 1" },
    understood: "chat.jsonl",
  },
  {
    name: "paths of another machine, semicolons",
    files: {
      ...images("imgs/a/1.jpg", "imgs/b/1.jpg"),
      "list.csv": "Datei;Klasse\nC:\\data\\imgs\\a\\1.jpg;Öl\n/home/x/imgs/b/1.jpg;Wasser\n",
    },
    options: { split: { valid: 0, test: 0 }, layout: "tables" },
    counts: { train: "Wasser 1, Öl 1" },
    understood: `files from "Datei", labels from "Klasse"`,
  },
  {
    name: "a split left out",
    files: catsAndDogs("train", "valid", "test"),
    options: { splits: { test: null } },
    counts: { train: "cat 2, dog 1", valid: "cat 1" },
    understood: both,
  },
  {
    name: "a split by the name of its folder",
    files: catsAndDogs("train", "holdback", "test"),
    options: { splits: { valid: "holdback" } },
    counts: THREE,
    understood: both,
  },
  {
    name: "a test folder without labels",
    files: { ...images("train/a/1.jpg", "train/b/2.jpg", "valid/a/3.jpg"), ...many("test", 3) },
    counts: { train: "a 1, b 1", valid: "a 1" },
    understood: both,
  },
  {
    name: "white space and two forms of an accent",
    files: {
      ...images("train/1.jpg", "train/2.jpg", "train/3.jpg", "train/4.jpg"),
      "train/x.csv": "file,label\n1.jpg,23 \n2.jpg,23\n3.jpg,caf\u00e9\n4.jpg,cafe\u0301\n",
    },
    options: UNDIVIDED,
    counts: { train: "23 2, caf\u00e9 2" },
    understood: "x.csv",
  },
  {
    name: "images without labels, if it is told so",
    files: images("0.jpg", "1.jpg", "more/2.jpg"),
    options: { layout: "unlabelled", ...UNDIVIDED },
    counts: { train: "unlabelled 3" },
    understood: "images without labels",
  },
];

for (const { name, files, options, counts: expected, understood } of cases) {
  Deno.test(`readDataset() reads ${name}`, async () => {
    const dataset = await readDataset(treeOf(files), options);
    assertEquals(counts(dataset), expected);
    assertStringIncludes(dataset.understood, understood);
    const used = new Set(SPLITS.flatMap((split) => dataset.splits[split].map(({ path }) => path)));
    const seen = [...used, ...dataset.ignored.map(({ path }) => path)];
    const tables = Object.keys(files).filter((path) => !seen.includes(path));
    assertEquals(tables.filter((path) => !dataset.understood.includes(path.split("/").at(-1)!)), []);
  });
}

const refuse = (name: string, files: Record<string, string>, message: RegExp, options?: DatasetOptions) =>
  Deno.test(`readDataset() refuses ${name}`, () =>
    assertMessage(() => readDataset(treeOf(files), options), DataError, message));

refuse(
  "two readings of folders in folders, and says both",
  NESTED,
  /data\.layout=class_folders.*data\.layout=innermost_folders/,
);
refuse(
  "class folders that a table contradicts, and says both",
  { ...many("a", 2), ...many("b", 2), "labels.csv": "file,label\na/0.jpg,b\na/1.jpg,b\nb/0.jpg,a\n" },
  /data\.layout=class_folders.*data\.layout=tables/,
);
refuse(
  "two label columns, and names them",
  { ...many("p", 4), "t.csv": "file,sex,dx\np/0.jpg,m,nv\np/1.jpg,m,bcc\np/2.jpg,f,nv\np/3.jpg,f,nv\n" },
  /"sex" \(first "m"\), "dx" \(first "nv"\); give data\.label_column=sex/,
);
refuse(
  "several classes for an image",
  { ...many("train", 2), "train/_classes.csv": "filename,a,b\n0.jpg,1,1\n1.jpg,0,1\n" },
  /the image has 2 of them, "a" and "b"/,
);
refuse(
  "two datasets in one folder",
  {
    ...catsAndDogs("one/train", "one/valid", "one/test"),
    ...catsAndDogs("two/train", "two/valid", "two/test"),
  },
  /there are "one" and "two"; give data\.data_root=data\/one/,
);
refuse(
  "two validation splits",
  { ...catsAndDogs("train", "valid", "test"), ...many("val/cat", 1) },
  /"val" and "valid"|"valid" and "val"/,
);
refuse(
  "a folder with an archive",
  { "data.zip": "zipped" },
  /it has 0 images among 1 file, and archives \("data\.zip"\), which are read if they are opened themselves/,
);
refuse(
  "images without labels",
  many("photos", 3),
  /has no images with labels: it has 3 images among 3 files/,
);

Deno.test("data.label_column decides", async () => {
  const files = {
    ...many("p", 4),
    "t.csv": "file,sex,dx\np/0.jpg,m,nv\np/1.jpg,m,bcc\np/2.jpg,f,nv\np/3.jpg,f,nv\n",
  };
  const dataset = await readDataset(treeOf(files), { labelColumn: "dx", split: { valid: 0, test: 0 } });
  assertEquals(counts(dataset), { train: "bcc 1, nv 3" });
});

Deno.test("data.label_column that no table has is refused, and without tables it has no effect", async () => {
  const table = { ...many("p", 2), "t.csv": "file,dx\np/0.jpg,nv\np/1.jpg,bcc\n" };
  await assertMessage(
    () => readDataset(treeOf(table), { labelColumn: "diagnosis" }),
    DataError,
    'Cannot read labels from column "diagnosis" (data.label_column): "t.csv" has "file", "dx"',
  );
  const { notes } = await readDataset(treeOf(catsAndDogs("train", "valid", "test")), { labelColumn: "dx" });
  assertEquals(notes, ["data.label_column=dx: no table was read, so it has no effect"]);
});
