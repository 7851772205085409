/** Images without labels: when they are offered, and what a patch makes of them. */
import { assertEquals } from "@std/assert";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { formatPatch, parsePatch } from "../../../src/data/files/patch.ts";
import { waysToRead } from "../../../src/data/files/ways.ts";
import { type Dataset, SPLITS } from "../../../src/data/types.ts";
import { treeOf } from "../helpers.ts";

Deno.test("of images without labels those are read that a patch labels, and divided by these", async () => {
  const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i}.jpg`, `${i}`]));
  const labels = Array.from({ length: 24 }, (_, i) => ({ image: `${i}.jpg`, label: i % 2 ? "odd" : "even" }));
  const text = formatPatch(labels.map((one) => ({ ...one, action: "relabel" })));
  const patch = parsePatch("patch.jsonl", text);
  const dataset = await readDataset(treeOf(files), { layout: "unlabelled", patch });
  const folders = Object.fromEntries(labels.map(({ image, label }) => [`${label}/${image}`, files[image]]));
  const sorted = ({ splits }: Dataset) =>
    SPLITS.map((split) =>
      splits[split].map(({ path, label }) => `${label} ${path.split("/").at(-1)}`).sort()
    );
  assertEquals(sorted(dataset), sorted(await readDataset(treeOf(folders))));
  assertEquals(dataset.classes, ["even", "odd"]);
  assertEquals(dataset.notes.filter((note) => note.includes("label")), [
    'patch: "patch.jsonl" dropped 0 samples and relabelled 24',
    "left out 6 images without a label",
  ]);
});

Deno.test("waysToRead() offers images without labels only where nothing else can be read", async () => {
  const layoutsOf = async (files: Record<string, string>) =>
    (await waysToRead(treeOf(files))).map(({ layout, folder }) => layout ?? folder);
  assertEquals(await layoutsOf({ "photos/1.jpg": "", "photos/2.jpg": "" }), ["unlabelled"]);
  assertEquals(await layoutsOf({ "a/x/1.jpg": "", "a/y/2.jpg": "", "b/z/3.jpg": "", "b/w/4.jpg": "" }), [
    "class_folders",
    "innermost_folders",
    "a",
    "b",
  ]);
  assertEquals(await layoutsOf({ "notes.txt": "" }), []);
});
