import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import {
  type PictureStore,
  pictureStore,
  type StoreOptions,
} from "../../../src/data/decode/picture_store.ts";
import { scanFiles } from "../../../src/data/decode/scan.ts";
import { describeUnreadable } from "../../../src/data/decode/unreadable.ts";
import { memoryTree } from "../../../src/data/files/memory_tree.ts";
import type { Decode, Sample } from "../../../src/data/types.ts";
import { decodeImage } from "../../../src/host/deno_images.ts";
import { formatFile } from "./formats.ts";
import { assertMessage, flat, supplyOf, utf8 } from "../helpers.ts";

/** A file that starts as a GIF of this size does; {@link decodeTiny} makes a picture of one level of it. */
const tiny = (width: number, height: number, level: number) =>
  Uint8Array.from([...utf8("GIF89a"), width, 0, height, 0, level]);
const decodeTiny: Decode = (bytes) => {
  if (bytes.length < 11) return Promise.reject(new Error("it is cut off\nat line 2"));
  const [width, , height, , level] = bytes.subarray(6);
  return Promise.resolve(flat(width, height, [level, level, level]));
};
/** Looks like an image, and cannot be decoded. */
const cut = tiny(1, 1, 1).subarray(0, 10);

const samplesOf = (...paths: string[]): Sample[] => paths.map((path, label) => ({ path, label }));

async function open(
  files: Readonly<Record<string, Uint8Array>>,
  options: Partial<StoreOptions> = {},
  samples = samplesOf(...Object.keys(files)),
  decode: Decode = decodeTiny,
): Promise<PictureStore> {
  const tree = memoryTree("data", new Map(Object.entries(files)));
  const scanned = await scanFiles(tree, [...new Set(samples.map(({ path }) => path))]);
  return pictureStore(tree, samples, scanned, await supplyOf(tree, decode), { split: "train", ...options });
}

Deno.test("pictureStore() keeps samples and pictures side by side, in order", async () => {
  const store = await open({ "b": tiny(2, 1, 7), "a": tiny(1, 1, 9), "c": tiny(1, 2, 3) });
  assertEquals(store.samples.map(({ path }) => path), ["b", "a", "c"]);
  assertEquals(store.pictures.length, 3);
  assertEquals(
    await store.pictures.get([0, 2, 1]),
    [flat(2, 1, [7, 7, 7]), flat(1, 2, [3, 3, 3]), flat(1, 1, [9, 9, 9])],
  );
  assertEquals([store.unreadable, store.bytes], [[], 15]);
});

Deno.test("pictureStore() says how many images are reduced, and what the images take then", async () => {
  const files = { "a": tiny(40, 30, 7), "b": tiny(20, 20, 9), "c": tiny(8, 99, 3) };
  const tree = memoryTree("data", new Map(Object.entries(files))), reduction = { side: 10, stretched: false };
  const scanned = await scanFiles(tree, Object.keys(files));
  const supply = { ...await supplyOf(tree, decodeTiny), reduction };
  const store = pictureStore(tree, samplesOf(...Object.keys(files)), scanned, supply, { split: "train" });
  assertEquals(store.reduced, { images: 2, reduction });
  const pictures = await store.pictures.get([0, 1, 2]);
  assertEquals(pictures.map((one) => [one!.width, one!.height]), [[13, 10], [10, 10], [8, 99]]);
  assertEquals(store.bytes, pictures.reduce((sum, one) => sum + one!.data.length, 0));
  assertEquals((await open(files)).reduced, undefined);
});

Deno.test("pictureStore() leaves out what is no image before it is decoded, with one reason each", async () => {
  const files = { "a": tiny(1, 1, 1), "empty": new Uint8Array(), "html": utf8("<html>") };
  const store = await open(files, { maxUnreadable: 0.8 }, samplesOf("a", "html", "empty", "missing"));
  assertEquals(store.samples, [{ path: "a", label: 0 }]);
  const reasons = Object.fromEntries(store.unreadable.map(({ path, reason }) => [path, reason]));
  assertEquals(Object.keys(reasons), ["empty", "html", "missing"]);
  assertEquals(reasons.empty, "the file is empty");
  assertEquals(reasons.html.slice(0, 24), "not a JPEG, PNG, WebP, G");
  assertEquals(reasons.missing, `Cannot read "missing": "data" has no such file`);
  assertEquals(store.takeUnreadable(), store.unreadable);
  assertEquals(store.takeUnreadable(), []);
});

Deno.test("pictureStore() finds the others as they are decoded, once", async () => {
  let decoded = 0;
  const files = { a: tiny(1, 1, 1), b: cut, c: tiny(0, 4, 1), d: tiny(2, 2, 5) };
  const store = await open(
    files,
    { maxUnreadable: 0.5 },
    undefined,
    (bytes) => (decoded++, decodeTiny(bytes)),
  );
  assertEquals([store.samples.length, store.unreadable], [4, []]);
  const expected = [flat(1, 1, [1, 1, 1]), undefined, undefined, flat(2, 2, [5, 5, 5])];
  assertEquals(await store.pictures.get([0, 1, 2, 3]), expected);
  assertEquals(await store.pictures.get([1, 2]), [undefined, undefined]);
  assertEquals(decoded, 4);
  const found = [
    { path: "b", reason: "it is cut off" },
    { path: "c", reason: "the image has no pixels: its size is 0x4" },
  ];
  assertEquals([store.unreadable, store.takeUnreadable(), store.takeUnreadable()], [found, found, []]);
});

Deno.test("pictureStore() takes a file for unreadable that is gone since it was scanned", async () => {
  const files = new Map([["a", tiny(1, 1, 1)], ["b", tiny(1, 1, 2)]]);
  const tree = memoryTree("data", files), samples = samplesOf("a", "b");
  const supply = await supplyOf(tree, decodeTiny, {}, { kind: "none" });
  const options = { split: "train", maxUnreadable: 0.5 };
  const store = pictureStore(tree, samples, await scanFiles(tree, ["a", "b"]), supply, options);
  assertEquals(await store.pictures.get([0]), [flat(1, 1, [1, 1, 1])]);
  files.delete("a");
  assertEquals(await store.pictures.get([0, 1]), [undefined, flat(1, 1, [2, 2, 2])]);
  assertEquals(store.unreadable, [{ path: "a", reason: `Cannot read "a": "data" has no such file` }]);
});

Deno.test("pictureStore() refuses a decoder's picture of the wrong length", async () => {
  const decode = () => Promise.resolve({ width: 2, height: 2, data: new Uint8Array(16) });
  const store = await open({ a: tiny(2, 2, 1) }, { maxUnreadable: 1 }, undefined, decode);
  assertEquals(await store.pictures.get([0]), [undefined]);
  assertEquals(store.unreadable[0].reason, "the decoder returned 16 values: need 2x2x3");
});

Deno.test("pictureStore() says once how many images were scaled by their own range", async () => {
  const read = async (...names: string[]) => {
    const files = Object.fromEntries(names.map((name) => [name, formatFile(name)]));
    const store = await open(files, {}, undefined, decodeImage);
    assertEquals(store.takeRanges(), undefined);
    await store.pictures.get(names.map((_, i) => i));
    return [store.takeRanges(), store.takeRanges()];
  };
  assertEquals(await read("12_in_16.png", "12_in_16.tif", "8_in_16.png", "16.png", "float.tif", "gray.tif"), [
    "3 images scaled by own range, as no range is declared: 1 as 8-bit (values of at most 255), " +
    "2 as 12-bit (values of at most 4095)",
    undefined,
  ]);
  assertEquals(await read("16.png", "float.tif", "gray.tif"), [undefined, undefined]);
});

Deno.test("pictureStore() takes as many unreadable files as allowed and not one more", async () => {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 19; i++) files[`good${i}`] = tiny(1, 1, 1);
  const bad = new Uint8Array();
  assertEquals((await open({ ...files, bad })).samples.length, 19);
  const message = (reason: string) =>
    `Cannot use the train split of "data": 2 of 21 files are unreadable, allowed: at most 5 % (data.max_unreadable); ` +
    `repair or remove them:\n"bad": the file is empty\n"worse": ${reason}`;
  await assertMessage(() => open({ ...files, bad, worse: bad }), DataError, message("the file is empty"));
  const { pictures } = await open({ ...files, bad, worse: cut });
  await assertMessage(() => pictures.get([19]), DataError, message("it is cut off"));
});

Deno.test("pictureStore() lists ten unreadable files and counts the rest", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 13 }, (_, i) => [`f${String(i).padStart(2, "0")}`, new Uint8Array()]),
  );
  await assertMessage(() => open(files), DataError, /"f09": the file is empty\nand 3 more$/);
  const { unreadable } = await open(files, { maxUnreadable: 1 });
  assertEquals(
    describeUnreadable("valid", unreadable)?.slice(0, 60),
    `valid: left out 13 unreadable files: "f00": the file is empty`.slice(0, 60),
  );
  assertEquals(describeUnreadable("valid", []), undefined);
});

Deno.test("pictureStore() ends at any unreadable file with on_unreadable error", async () => {
  const options = { onUnreadable: "error", maxUnreadable: 1 } as const;
  const message = (reason: string) =>
    `Cannot use the train split of "data": 1 of 2 files are unreadable, allowed: none (data.on_unreadable is "error"); ` +
    `repair or remove them:\n"b": ${reason}`;
  const a = tiny(1, 1, 1);
  await assertMessage(
    () => open({ a, b: new Uint8Array() }, options),
    DataError,
    message("the file is empty"),
  );
  const { pictures } = await open({ a, b: cut }, options);
  await assertMessage(() => pictures.get([0, 1]), DataError, message("it is cut off"));
});

Deno.test("pictureStore() refuses a share out of range", async () => {
  const tree = memoryTree("data", new Map()), scanned = await scanFiles(tree, []);
  const supply = await supplyOf(tree, decodeTiny);
  assertThrows(
    () => pictureStore(tree, [], scanned, supply, { split: "train", maxUnreadable: 5 }),
    RangeError,
    "Cannot allow a fraction of 5 unreadable files: need 0 .. 1",
  );
});
