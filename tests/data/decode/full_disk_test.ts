/** A disk that takes no images costs time: every image is still there, and it is said once. */
import { assert, assertEquals } from "@std/assert";
import { FileError } from "../../../src/base/errors.ts";
import { inlineDecoder } from "../../../src/data/decode/decoder.ts";
import { type CacheKind, PictureCache } from "../../../src/data/decode/picture_cache.ts";
import { type GrowingFile, PictureLog } from "../../../src/data/decode/picture_log.ts";
import { picturesOf } from "../../../src/data/decode/picture_source.ts";
import { decodeText, flat, treeOf } from "../helpers.ts";
import { fileOf, FULL } from "./growing_file.ts";

const COUNT = 20;
const texts = Object.fromEntries(Array.from({ length: COUNT }, (_, i) => [`f${i}`, `5x5:${i}`]));
const all = [...Array(COUNT).keys()], expected = all.map((i) => flat(5, 5, [i, i, i]));
/** Bytes of an image of the tests, in memory and in a file. */
const IMAGE = 75, RECORD = 48 + IMAGE, LINE = "wgrad pictures 2, test\n".length;

/** Reads all images in two epochs, with these files. */
async function run(
  kind: CacheKind,
  openLog: () => Promise<GrowingFile>,
  { openPrivate = openLog, budget = Infinity, hasLog = false } = {},
) {
  const said: string[] = [], notes: string[] = [];
  const open = (file: () => Promise<GrowingFile>) => async () =>
    await PictureLog.open(await file(), "test", (text) => notes.push(text));
  const cache = await PictureCache.open({
    kind,
    budget,
    hasLog,
    logs: { openLog: open(openLog), openPrivateLog: open(openPrivate), say: (text) => said.push(text) },
  });
  const count = { decoded: 0 };
  const slow = async (bytes: Uint8Array) => {
    count.decoded++;
    await new Promise((resolve) => setTimeout(resolve, count.decoded % 3));
    return await decodeText(bytes);
  };
  const decoder = inlineDecoder(treeOf(texts), slow, { parallel: 3 });
  const samples = Object.keys(texts).map((path) => ({ path, label: 0 }));
  const pictures = picturesOf(samples, { decoder, cache, persistent: true });
  for (let epoch = 0; epoch < 2; epoch++) assertEquals(await pictures.get(all), expected);
  const { kind: isNow } = cache;
  cache.close();
  assertEquals(notes, []);
  return { ...count, said, kind: isNow };
}

const text = (images: number, size: string, cause = FULL) =>
  `${cause}; the run continues, and decodes images that are not cached whenever it needs them ` +
  `(cached on disk: ${images} image${images === 1 ? "" : "s"}, ${size} MiB)`;

Deno.test("a disk that fills while images are cached: the rest is decoded, and the next run goes on", async () => {
  const file = fileOf(undefined, { room: LINE + 7 * RECORD + 50 });
  const { decoded, said, kind } = await run("disk", () => Promise.resolve(file));
  assertEquals([decoded, said, kind], [2 * COUNT - 7, [text(7, "0.0")], "disk"]);
  assertEquals(file.size, LINE + 7 * RECORD);
  const freed = fileOf(file.bytes);
  const next = await run("disk", () => Promise.resolve(freed));
  assertEquals([next.decoded, next.said], [COUNT - 7, []]);
});

const denied = 'Cannot write ".cache/x": permission denied; choose another folder, or change its owner';
const refuse = () => Promise.reject(new FileError(denied));

Deno.test("a cache that cannot be created: the run goes on without, in memory where there is room", async () => {
  const disk = await run("disk", refuse);
  assertEquals([disk.decoded, disk.said, disk.kind], [2 * COUNT, [text(0, "0.0", denied)], "none"]);
  const auto = await run("auto", refuse, { hasLog: true });
  assertEquals([auto.decoded, auto.said, auto.kind], [COUNT, [text(0, "0.0", denied)], "ram"]);
  const noRoom = await run("disk", () => Promise.resolve(fileOf(undefined, { room: 3 })));
  assertEquals([noRoom.said, noRoom.kind], [[text(0, "0.0")], "none"]);
});

Deno.test("auto stays within its memory where the disk takes nothing, or only a part", async () => {
  const { decoded, said, kind } = await run("auto", refuse, { budget: 8 * IMAGE });
  assert(decoded >= 2 * COUNT - 10 && decoded <= 2 * COUNT - 8, `${decoded}`); // one more than fits
  assertEquals([said, kind], [[text(0, "0.0", denied)], "ram"]);
  const small = fileOf(undefined, { room: LINE + 4 * RECORD });
  const part = await run("auto", () => Promise.resolve(small), { budget: 8 * IMAGE });
  assertEquals([part.said, part.kind], [[text(4, "0.0")], "disk"]);
  assert(part.decoded >= 2 * COUNT - 10 && part.decoded <= 2 * COUNT - 8, `${part.decoded}`);
});

Deno.test("a cache that can only be read is read", async () => {
  const file = fileOf(undefined, { room: LINE + 7 * RECORD });
  await run("disk", () => Promise.resolve(file));
  const fault = new FileError(denied);
  for (const kind of ["disk", "auto"] as const) {
    const readOnly = fileOf(file.bytes, { fault });
    const { decoded, said } = await run(kind, () => Promise.resolve(readOnly), { hasLog: true });
    assertEquals([decoded, said], [kind === "disk" ? 2 * (COUNT - 7) : COUNT - 7, [text(7, "0.0", denied)]]);
  }
});

Deno.test("a second run that can keep nothing beside the shared file reads what is there", async () => {
  const file = fileOf(undefined, { room: LINE + 7 * RECORD });
  await run("disk", () => Promise.resolve(file));
  const theirs = fileOf(file.bytes, { isOurs: false });
  const { decoded, said } = await run("disk", () => Promise.resolve(theirs), { openPrivate: refuse });
  assertEquals([decoded, said], [2 * (COUNT - 7), [text(7, "0.0", denied)]]);
});
