import { assertEquals, assertStrictEquals } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import { describeUnreadable, type ScanOptions, scanPictures } from "../../../src/data/decode/pictures.ts";
import { memoryTree } from "../../../src/data/files/memory_tree.ts";
import type { Sample } from "../../../src/data/types.ts";
import { decodeImage } from "../../../src/host/deno_images.ts";
import { formatFile } from "./formats.ts";
import { assertMessage, decodeText, flat, supplyOf, treeOf } from "../helpers.ts";

const samplesOf = (...paths: string[]): Sample[] => paths.map((path, label) => ({ path, label }));
const load = async (
  files: Record<string, string>,
  options: Partial<ScanOptions> = {},
  samples?: Sample[],
) => {
  const tree = treeOf(files);
  const supply = await supplyOf(tree, decodeText);
  return await scanPictures(tree, samples ?? samplesOf(...Object.keys(files)), supply, {
    split: "train",
    ...options,
  });
};

Deno.test("scanPictures() keeps samples and pictures side by side, in order", async () => {
  const store = await load({ "b": "2x1:7", "a": "1x1:9", "c": "1x2:3" });
  assertEquals(store.samples.map(({ path }) => path), ["b", "a", "c"]);
  assertEquals(store.pictures.length, 3);
  assertEquals(
    await store.pictures.get([0, 2, 1]),
    [flat(2, 1, [7, 7, 7]), flat(1, 2, [3, 3, 3]), flat(1, 1, [9, 9, 9])],
  );
  assertEquals([store.unreadable, store.bytes], [[], 15]);
});

Deno.test("scanPictures() decodes a file once, however many samples it stands in", async () => {
  let decoded = 0;
  const samples = samplesOf("a", "a", "b", "a");
  const decode = (bytes: Uint8Array) => (decoded++, decodeText(bytes));
  const tree = treeOf({ a: "1x1:1", b: "1x1:2" });
  const store = await scanPictures(tree, samples, await supplyOf(tree, decode), { split: "train" });
  const [first, last] = await store.pictures.get([0, 3]);
  assertEquals(decoded, 2);
  assertEquals(store.samples.map(({ label }) => label), [0, 1, 2, 3]);
  assertStrictEquals(first, last);
});

Deno.test("scanPictures() says how many images it scaled by their own range", async () => {
  const names = ["12_in_16.png", "12_in_16.tif", "8_in_16.png", "16.png", "float.tif", "gray.tif"];
  const tree = memoryTree("data", new Map(names.map((name) => [name, formatFile(name)])));
  const scan = async (...paths: string[]) =>
    (await scanPictures(tree, samplesOf(...paths), await supplyOf(tree, decodeImage), { split: "train" }))
      .ranges;
  assertEquals(
    await scan(...names),
    "3 images scaled by own range, as no range is declared: 1 as 8-bit (values of at most 255), " +
      "2 as 12-bit (values of at most 4095)",
  );
  assertEquals(await scan("16.png", "float.tif", "gray.tif"), undefined);
});

Deno.test("scanPictures() works on a bounded number of files at once", async () => {
  let active = 0, most = 0;
  const decode = async (bytes: Uint8Array) => {
    most = Math.max(most, ++active);
    await new Promise((resolve) => setTimeout(resolve, 1));
    active--;
    return decodeText(bytes);
  };
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, "1x1:1"]));
  const seen: number[] = [];
  const onProgress = (done: number) => seen.push(done);
  const tree = treeOf(files);
  await scanPictures(tree, samplesOf(...Object.keys(files)), await supplyOf(tree, decode, { parallel: 3 }), {
    split: "x",
    onProgress,
  });
  assertEquals(most, 3);
  assertEquals([seen.length, seen.at(-1)], [20, 20]);
});

Deno.test("scanPictures() leaves out unreadable files with one reason each", async () => {
  const files = { "a": "1x1:1", "empty": "", "html": "<html>", "zero": "0x4:1" };
  const store = await load(
    files,
    { maxUnreadable: 0.8 },
    samplesOf("zero", "a", "html", "empty", "missing"),
  );
  assertEquals(store.samples, [{ path: "a", label: 1 }]);
  assertEquals(
    store.unreadable,
    [
      { path: "empty", reason: "the file is empty" },
      { path: "html", reason: "this is no picture" },
      { path: "missing", reason: `Cannot read "missing": "data" has no such file` },
      { path: "zero", reason: "the image has no pixels: its size is 0x4" },
    ].sort((x, y) => x.path < y.path ? -1 : 1),
  );
});

Deno.test("scanPictures() refuses a decoder's picture of the wrong length", async () => {
  const decode = () => Promise.resolve({ width: 2, height: 2, data: new Uint8Array(16) });
  const tree = treeOf({ a: "x" });
  const store = await scanPictures(tree, samplesOf("a"), await supplyOf(tree, decode), {
    split: "x",
    maxUnreadable: 1,
  });
  assertEquals(store.unreadable[0].reason, "the decoder returned 16 values: need 2x2x3");
});

Deno.test("scanPictures() takes as many unreadable files as allowed and not one more", async () => {
  const files: Record<string, string> = {};
  for (let i = 0; i < 19; i++) files[`good${i}`] = "1x1:1";
  assertEquals((await load({ ...files, bad: "" })).samples.length, 19);
  await assertMessage(
    () => load({ ...files, bad: "", worse: "?" }),
    DataError,
    `Cannot use the train split of "data": 2 of 21 files are unreadable, allowed: at most 5 % (data.max_unreadable); ` +
      `repair or remove them:\n"bad": the file is empty\n"worse": this is no picture`,
  );
});

Deno.test("scanPictures() lists ten unreadable files and counts the rest", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 13 }, (_, i) => [`f${String(i).padStart(2, "0")}`, ""]),
  );
  await assertMessage(() => load(files), DataError, /"f09": the file is empty\nand 3 more$/);
  const { unreadable } = await load(files, { maxUnreadable: 1 });
  assertEquals(
    describeUnreadable("valid", unreadable)?.slice(0, 60),
    `valid: left out 13 unreadable files: "f00": the file is empty`.slice(0, 60),
  );
  assertEquals(describeUnreadable("valid", []), undefined);
});

Deno.test("scanPictures() ends at any unreadable file with on_unreadable error", () =>
  assertMessage(
    () => load({ a: "1x1:1", b: "" }, { onUnreadable: "error", maxUnreadable: 1 }),
    DataError,
    `Cannot use the train split of "data": 1 of 2 files are unreadable, allowed: none (data.on_unreadable is "error"); ` +
      `repair or remove them:\n"b": the file is empty`,
  ));

Deno.test("scanPictures() refuses a share out of range", () =>
  assertMessage(
    () => load({ a: "1x1:1" }, { maxUnreadable: 5 }),
    RangeError,
    "Cannot allow a fraction of 5 unreadable files: need 0 .. 1",
  ));
