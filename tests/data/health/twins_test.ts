import { assertEquals } from "@std/assert";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { memoryTree } from "../../../src/data/files/memory_tree.ts";
import { findTwins } from "../../../src/data/health/twins.ts";
import { type Dataset, SPLITS } from "../../../src/data/types.ts";
import { decodeImage, encodePng } from "../../../src/host/deno_images.ts";
import { paler, waves } from "./made.ts";

/** 30 images of two classes, each with a paler twin, and one twin of another class. */
const files = new Map<string, Uint8Array>();
for (let i = 0; i < 30; i++) {
  const name = i % 2 === 0 ? "even" : "odd";
  files.set(`${name}/${i}.png`, await encodePng(waves(i)));
  files.set(`${name}/${i}_paler.png`, await encodePng(paler(waves(i))));
}
files.set("odd/0_elsewhere.png", await encodePng(paler(waves(0))));
files.set("odd/broken.png", new Uint8Array([1, 2, 3]));
const tree = memoryTree("data", files);

const options = { tree, decode: decodeImage, parallel: 4 };
const classOf = (path: string) => path.split("/")[0];

Deno.test("findTwins() finds near twins of one class, and passes over what cannot be decoded", async () => {
  const images = [...files.keys()].map((path) => ({ path, className: classOf(path) }));
  const groups = (await findTwins(images, options)).map((group) => group.join(" ")).sort();
  const expected = Array.from({ length: 30 }, (_, i) => {
    const name = i % 2 === 0 ? "even" : "odd";
    return `${name}/${i}.png ${name}/${i}_paler.png`;
  }).sort();
  assertEquals(groups, expected);
});

Deno.test("twins stay in one part of a dataset without splits", async () => {
  const whole = await readDataset(tree, {
    split: { valid: 0.3, test: 0.2 },
    findAlike: (samples) => findTwins(samples, options),
  });
  const splitOf = ({ splits }: Dataset, path: string) =>
    SPLITS.find((split) => splits[split].some((sample) => sample.path === path));
  const parts = new Set<string | undefined>();
  for (const path of files.keys()) {
    if (!path.includes("_paler")) continue;
    const other = path.replace("_paler", "");
    parts.add(splitOf(whole, path));
    assertEquals(splitOf(whole, path), splitOf(whole, other), path);
  }
  assertEquals(parts.size, 3);
});
