import { assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import { byteSource } from "../../../src/base/byte_source.ts";
import { archiveTree } from "../../../src/data/files/archives/tree.ts";
import { memoryTree } from "../../../src/data/files/memory_tree.ts";
import { scanFiles } from "../../../src/data/decode/scan.ts";
import type { FileTree } from "../../../src/data/types.ts";
import { encodeJpeg, encodePng } from "../../../src/host/deno_images.ts";
import { openTree } from "../../../src/host/deno_files.ts";
import { patterned, treeOf, utf8, withFolder } from "../helpers.ts";

const jpeg = await encodeJpeg(patterned(150, 90), 100);
const png = await encodePng(patterned(31, 17));
/** A photo whose camera has put so much before the image that its size is beyond what is read at first. */
const withPreview = Uint8Array.from([
  ...jpeg.subarray(0, 2),
  ...[0xff, 0xe1, 0xf0, 0x00],
  ...new Uint8Array(0xf000 - 2),
  ...jpeg.subarray(2),
]);

const files: ReadonlyMap<string, Uint8Array> = new Map([
  ["a/empty.jpg", new Uint8Array()],
  ["a/photo.jpg", jpeg],
  ["a/preview.jpg", withPreview],
  ["a/text.png", utf8("<html>")],
  ["b/copy.jpg", jpeg],
  ["b/cut.jpg", jpeg.subarray(0, jpeg.length / 2)],
  ["b/more.jpg", Uint8Array.from([...jpeg, ...utf8("what a telephone adds")])],
  ["b/png.jpg", png],
]);

async function assertScanned(tree: FileTree, seesEnds = true) {
  let progress = 0;
  const onProgress = (done: number, total: number) => {
    assertEquals(total, files.size + 1);
    progress = done;
  };
  const paths = [...files.keys(), "b/gone.jpg"], options = { onProgress, maxPixels: 20_000 };
  const { unreadable, belied, probes, sizes } = await scanFiles(tree, paths, options);
  assertEquals(progress, paths.length);
  const [early, late] = seesEnds ? [["b/cut.jpg"], []] : [[], ["b/cut.jpg"]];
  assertEquals([...unreadable.keys()].sort(), ["a/empty.jpg", "a/text.png", ...early, "b/gone.jpg"]);
  assertEquals(unreadable.get("a/empty.jpg"), "the file is empty");
  assertEquals(belied, new Map([["b/png.jpg", "PNG by content"]]));
  const photos = ["a/photo.jpg", "a/preview.jpg", "b/copy.jpg", ...late, "b/more.jpg"];
  const photo = { width: 150, height: 90 };
  const expected = [
    ...photos.map((path) => [path, photo] as const),
    ["b/png.jpg", { width: 31, height: 17 }] as const,
  ];
  assertEquals(new Map(sizes), new Map(expected));
  assertEquals(probes.get("a/photo.jpg"), probes.get("b/copy.jpg"));
  assertEquals(new Set(probes.values()).size, 7);
}

Deno.test("scanFiles() tells from a folder's files what their beginnings say", () =>
  withFolder(async (folder) => {
    for (const [path, bytes] of files) {
      await Deno.mkdir(`${folder}/${path.split("/")[0]}`, { recursive: true });
      await Deno.writeFile(`${folder}/${path}`, bytes);
    }
    await assertScanned(await openTree(folder));
  }));

Deno.test("scanFiles() tells the same of files that can only be read whole", () =>
  assertScanned(memoryTree("data", files)));

for (const level of [0, 6] as const) {
  Deno.test(`scanFiles() tells the same of a .zip at level ${level}, and unpacks no file`, async () => {
    const tree = await archiveTree({
      source: byteSource("x.zip", zipSync(Object.fromEntries(files), { level })),
    });
    const read = (path: string) =>
      /cut|more/.test(path) ? tree.read(path) : Promise.reject(new Error("a whole file is read"));
    await assertScanned({ ...tree, read }, level === 0);
  });
}

Deno.test("scanFiles() refuses what has too many pixels before it is decoded", async () => {
  const { unreadable } = await scanFiles(memoryTree("data", files), ["a/preview.jpg"], { maxPixels: 10_000 });
  assertEquals(
    unreadable,
    new Map([["a/preview.jpg", "the image has 150x90 pixels: need at most 10000 (data.max_pixels)"]]),
  );
});

Deno.test("scanFiles() reads so many files at once and no more", async () => {
  let active = 0, most = 0;
  const tree: FileTree = {
    ...treeOf({}),
    async head() {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setTimeout(resolve, 1));
      active--;
      return { bytes: png, size: png.length };
    },
  };
  await scanFiles(tree, Array.from({ length: 20 }, (_, i) => `${i}.png`), { parallel: 3 });
  assertEquals(most, 3);
});
