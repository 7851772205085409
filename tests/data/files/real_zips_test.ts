/** Real datasets in .zip files, where they are: the readers and the decoder on what people have. */
import { assertEquals } from "@std/assert";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { pictureStore } from "../../../src/data/decode/picture_store.ts";
import { readableOf } from "../../../src/data/decode/picture_source.ts";
import { scanFiles } from "../../../src/data/decode/scan.ts";
import { decodeImage } from "../../../src/host/deno_images.ts";
import { openTree } from "../../../src/host/deno_files.ts";
import { isThere, supplyOf } from "../helpers.ts";

const ROOT = "../shared/data";
const sets = [
  { file: "digits-subset.zip", classes: 10, sizes: [4492, 508, 1000] },
  { file: "jersey-folders.zip", classes: 42, sizes: [8855, 394, 376] },
  { file: "jersey-jsonl.zip", classes: 42, sizes: [2312, 394, 376] },
];

for (const { file, classes, sizes } of sets) {
  const path = `${ROOT}/${file}`;
  Deno.test({
    name: `readDataset() finds all that is in ${file}`,
    ignore: !isThere(path),
    fn: async () => {
      const dataset = await readDataset(await openTree(path));
      assertEquals(dataset.classes.length, classes);
      assertEquals(Object.values(dataset.splits).map((samples) => samples.length), sizes);
    },
  });
}

Deno.test({
  name: "The PNGs of valid/6 that are named .jpg are decoded by their content",
  ignore: !isThere(`${ROOT}/jersey-folders.zip`),
  fn: async () => {
    const tree = await openTree(`${ROOT}/jersey-folders.zip`);
    const { splits, classes } = await readDataset(tree);
    const sixes = splits.valid.filter(({ label }) => classes[label] === "6");
    const isPng = async (path: string) => (await tree.read(path))[0] === 0x89;
    const pngs = (await Promise.all(sixes.map(({ path }) => isPng(path)))).filter(Boolean).length;
    const scanned = await scanFiles(tree, sixes.map(({ path }) => path));
    const supply = await supplyOf(tree, decodeImage);
    const store = pictureStore(tree, sixes, scanned, supply, { split: "valid" });
    const { pictures } = await readableOf(store.pictures, [...sixes.keys()]);
    const found = [pngs, scanned.belied.size, pictures.length, store.unreadable];
    assertEquals(found, [14, 14, sixes.length, []]);
  },
});
