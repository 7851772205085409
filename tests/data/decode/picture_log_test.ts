/** Decoded pictures in a file: kept, found again, and what is damaged noticed. */
import { assert, assertEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { type GrowingFile, PictureLog } from "../../../src/data/decode/picture_log.ts";
import { reduce } from "../../../src/data/transforms/reduction.ts";
import type { Picture } from "../../../src/data/types.ts";
import { patterned } from "../helpers.ts";
import { fileOf } from "./growing_file.ts";

const digestOf = (i: number) => i.toString(16).padStart(32, "0");
const sizes = rng(7, "sizes");
/** Small ones, many in a window of headers, and some larger than a window. */
const pictures: Picture[] = Array.from(
  { length: 40 },
  (_, i) => ({
    ...patterned(1 + sizes.integer(i % 10 === 9 ? 300 : 12), 1 + sizes.integer(i % 10 === 9 ? 300 : 12), i),
    ...i % 4 === 0 ? { assumedBits: 12 } : {},
  }),
);

async function open(file: GrowingFile, decoder = "test 1") {
  const said: string[] = [];
  const log = await PictureLog.open(file, decoder, (text) => said.push(text));
  return { log, said };
}

async function filled() {
  const file = fileOf(), { log } = await open(file);
  await Promise.all(pictures.map((picture, i) => log.add(digestOf(i), picture)));
  return { file, log };
}

async function found(log: PictureLog): Promise<number[]> {
  const all = await Promise.all(pictures.map((_, i) => log.read(digestOf(i))));
  return all.flatMap((picture, i) => {
    if (picture) assertEquals(picture, pictures[i]);
    return picture ? [i] : [];
  });
}

const everything = pictures.map((_, i) => i);

Deno.test("PictureLog gives pictures back, in the same process and in the next", async () => {
  const { file, log } = await filled();
  assertEquals(await found(log), everything);
  const { log: next, said } = await open(fileOf(file.bytes));
  assertEquals([await found(next), next.count, said], [everything, 40, []]);
  assertEquals(next.sizeOf(digestOf(9))?.width, pictures[9].width);
  assertEquals(next.sizeOf("ff".repeat(16)), undefined);
});

Deno.test("PictureLog keeps a picture once", async () => {
  const { file, log } = await filled();
  const { size } = file;
  await Promise.all([log.add(digestOf(3), pictures[3]), log.add(digestOf(3), pictures[3])]);
  assertEquals(file.size, size);
});

Deno.test("PictureLog tells the sizes of one image apart, in the same process and in the next", async () => {
  const file = fileOf(), { log } = await open(file), digest = digestOf(1);
  const whole = patterned(40, 30),
    half = { side: 15, stretched: false },
    square = { side: 8, stretched: true };
  await log.add(digest, reduce(whole, half));
  for (const one of [log, (await open(fileOf(file.bytes))).log]) {
    assertEquals(await one.read(digest, half), reduce(whole, half));
    assertEquals([one.sizeOf(digest), one.sizeOf(digest, square)], [undefined, undefined]);
    assertEquals(one.sizeOf(digest, half)?.original, { width: 40, height: 30 });
  }
  await log.add(digest, whole);
  await log.add(digest, reduce(whole, square));
  for (const one of [log, (await open(fileOf(file.bytes))).log]) {
    assertEquals([await one.read(digest), await one.read(digest, half)], [whole, reduce(whole, half)]);
    assertEquals(await one.read(digest, square), reduce(whole, square));
    assertEquals(await one.read(digest, { side: 30, stretched: true }), whole); // it is small enough
    assertEquals(one.count, 3);
  }
});

Deno.test("PictureLog keeps the newest pictures that fit, and goes on", async () => {
  const draw = rng(3, "newest"), line = "wgrad pictures 2, test 1\n".length;
  for (let round = 0; round < 30; round++) {
    const { file } = await filled(), before = file.bytes;
    const damaged = fileOf(before.slice()), lost = draw.integer(40);
    damaged.bytes[damaged.size - 1] ^= 1; // the last picture, which is then added once more
    const { log } = await open(damaged);
    if (await log.read(digestOf(39)) === undefined) await log.add(digestOf(39), pictures[39]);
    const most = line + draw.integer(before.length + 100);
    const removed = await log.keepNewest(most);
    const sizes = everything.map((i) => 48 + pictures[i].data.length);
    const kept = everything.slice(removed), size = kept.reduce((sum, i) => sum + sizes[i], line);
    assertEquals([damaged.size, log.count], [size, 40 - removed]);
    assert(size <= most && (removed === 0 || size + sizes[removed - 1] > most));
    assertEquals(await found(log), kept);
    await log.add(digestOf(lost), pictures[lost]);
    const { log: next, said } = await open(fileOf(damaged.bytes));
    assertEquals([await found(next), said], [[...new Set([...kept, lost])].sort((a, b) => a - b), []]);
  }
});

Deno.test("PictureLog goes on after a kill at any byte, with whole pictures only", async () => {
  const { file } = await filled();
  const where = rng(1, "kill");
  for (let round = 0; round < 60; round++) {
    const cut = fileOf(file.bytes.slice(0, where.integer(file.size)));
    const { log } = await open(cut);
    const kept = await found(log);
    assertEquals(kept, everything.slice(0, kept.length));
    for (const i of everything.slice(kept.length)) await log.add(digestOf(i), pictures[i]);
    assertEquals(await found((await open(fileOf(cut.bytes))).log), everything);
  }
});

Deno.test("PictureLog gives no wrong picture whichever byte is changed, and can be mended", async () => {
  const { file } = await filled();
  const where = rng(2, "damage");
  for (let round = 0; round < 100; round++) {
    const damaged = fileOf(file.bytes.slice());
    damaged.bytes[where.integer(file.size)] ^= 1 << where.integer(8);
    const { log, said } = await open(damaged);
    const kept = await found(log);
    assert(kept.length < 40 && said.length > 0);
    for (const i of everything) await log.add(digestOf(i), pictures[i]);
    assertEquals(await found(log), everything);
    assertEquals(await found((await open(fileOf(damaged.bytes))).log), everything);
  }
});

Deno.test("PictureLog does not use another decoder's pictures", async () => {
  const { file } = await filled();
  const { log, said } = await open(fileOf(file.bytes), "test 2");
  assertEquals([log.count, said], [
    0,
    [`the cache "x.pictures" is damaged or from another decoder: recreating it`],
  ]);
});

Deno.test("PictureLog reads a file that another process is writing, and leaves it alone", async () => {
  const { file } = await filled();
  for (const bytes of [new Uint8Array(0), file.bytes.slice(0, 10), file.bytes.slice(0, -5), file.bytes]) {
    const theirs = fileOf(bytes, { isOurs: false });
    const { log, said } = await open(theirs);
    assertEquals([log.isOurs, said, theirs.bytes], [false, [], bytes]);
    const kept = await found(log);
    assertEquals(kept.length, bytes.length === file.size ? 40 : bytes.length < 11 ? 0 : 39);
  }
});
