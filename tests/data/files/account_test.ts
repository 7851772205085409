/** Every file below a root is used, or named with the reason why not. */
import { assertEquals } from "@std/assert";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { line, treeOf } from "../helpers.ts";

/** A mess as people have it: what is not used, with the reason. */
const unused: Record<string, string> = {
  ".DS_Store": "hidden, or made by a system",
  "train/cat/._1.jpg": "hidden, or made by a system",
  "train/.git/x.jpg": "hidden, or made by a system",
  "__MACOSX/train/cat/._1.jpg": "hidden, or made by a system",
  "train/@eaDir/1.jpg/SYNOPHOTO_THUMB_M.jpg": "hidden, or made by a system",
  "train/cat/@eaDir/1.jpg": "hidden, or made by a system",
  "train/cat/Thumbs.db": "hidden, or made by a system",
  "train/cat/desktop.ini": "hidden, or made by a system",
  "#recycle/old.jpg": "hidden, or made by a system",
  "$RECYCLE.BIN/x.jpg": "hidden, or made by a system",
  "System Volume Information/x.jpg": "hidden, or made by a system",
  "lost+found/x.jpg": "hidden, or made by a system",
  "readme.md": ".md files are not read",
  "train/cat/notes.txt": ".txt files are not read",
  "train/cat/1.xcf": ".xcf files are not read",
  "train/cat/video.MP4": ".mp4 files are not read",
  "train/cat/1.jpg.part": ".part files are not read",
  "train/cat/1.jpg~": ".jpg~ files are not read",
  "train/cat/LICENSE": "no ending that is read",
  "train/dog/photo.jpg.crdownload": ".crdownload files are not read",
  "data.yaml": ".yaml files are not read",
  "backup.zip": ".zip files are not read",
  "train/loose.jpg": 'directly in "train", not in a class folder',
  "valid/loose.png": 'directly in "valid", not in a class folder',
  "loose.jpg": "outside the folders that were understood",
  "extra/more/1.jpg": "outside the folders that were understood",
  "unsorted/2.webp": "outside the folders that were understood",
  "train.csv": ".csv files are not read",
  "train/cat/list.csv": "no column names an image of the dataset",
  "test/1.jpg": "no label",
  "test/2.jpg": "no label",
};

const used = ["train/cat/1.jpg", "train/dog/2.jpg", "valid/cat/3.jpg"];

Deno.test("each file of a mess is named with its reason", async () => {
  const contents = (path: string) => path === "train/cat/list.csv" ? "a,b\n1,2\n" : path;
  const files = Object.fromEntries([...Object.keys(unused), ...used].map((path) => [path, contents(path)]));
  const faults = [{ path: "train/dead.jpg", reason: "a link to nothing" }];
  const tree = { ...treeOf(files), faults: () => Promise.resolve(faults) };
  const { ignored, splits } = await readDataset(tree);
  const expected = [...Object.entries(unused).map(([path, reason]) => ({ path, reason })), ...faults];
  const byPath = (list: readonly { path: string; reason: string }[]) =>
    Object.fromEntries(list.map(({ path, reason }) => [path, reason]));
  assertEquals(byPath(ignored), byPath(expected));
  assertEquals([...splits.train, ...splits.valid].map(({ path }) => path), used);
});

Deno.test("images that no row names are named, and rows without an image are counted", async () => {
  const { ignored, notes } = await readDataset(treeOf({
    "train/x.jsonl": line("1.jpg", "a") + line("gone.jpg", "a") + line("gone too.jpg", "b"),
    "train/1.jpg": "",
    "train/2.jpg": "",
    "train/more/3.jpg": "",
    "train/x.txt": "",
    "valid/a/4.jpg": "",
  }));
  assertEquals(ignored, [
    { path: "train/2.jpg", reason: "no row of a table names it" },
    { path: "train/x.txt", reason: ".txt files are not read" },
  ]);
  assertEquals(notes.slice(0, 1), [
    'train/x.jsonl: left out 2 rows whose image is not in the dataset, first "gone.jpg" at train/x.jsonl:2',
  ]);
});
