/** Where pictures are kept, and that nothing depends on it. */
import { assert, assertEquals } from "@std/assert";
import { FileError } from "../../../src/base/errors.ts";
import { batches } from "../../../src/data/loader.ts";
import type { Decoder } from "../../../src/data/decode/decoder.ts";
import { inlineDecoder } from "../../../src/data/decode/decoder.ts";
import { decodePool } from "../../../src/data/decode/decode_pool.ts";
import { type CacheKind, PictureCache } from "../../../src/data/decode/picture_cache.ts";
import { PictureLog } from "../../../src/data/decode/picture_log.ts";
import { picturesOf, type PictureSupply } from "../../../src/data/decode/picture_source.ts";
import { pictureStore } from "../../../src/data/decode/picture_store.ts";
import { scanFiles } from "../../../src/data/decode/scan.ts";
import { reduce } from "../../../src/data/transforms/reduction.ts";
import { shuffledOrder } from "../../../src/data/sampler.ts";
import { defaultTrainSteps, pipeline } from "../../../src/data/transforms/pipeline.ts";
import type { Decode, FileTree, Picture, Sample } from "../../../src/data/types.ts";
import { openGrowingFile, openPrivateFile } from "../../../src/host/deno_growing_file.ts";
import { decodeImage, encodeJpeg, encodePng } from "../../../src/host/deno_images.ts";
import { startThread } from "../../../src/host/deno_pictures.ts";
import { assertMessage, decodeText, flat, patterned, treeOf, withFolder } from "../helpers.ts";

const COUNT = 25;
const texts = Object.fromEntries(Array.from({ length: COUNT }, (_, i) => [`f${i}`, `${1 + i % 4}x3:${i}`]));
const samplesOf = (tree: Record<string, unknown>): Sample[] =>
  Object.keys(tree).map((path, i) => ({ path, label: i % 5 }));

/** A supply that counts what it decodes; `folder` is where the file of `disk` and `auto` is. */
async function counted(
  tree: FileTree,
  kind: CacheKind,
  folder: string,
  { budget = Infinity, decode = decodeText as Decode, said = [] as string[], file = "x.pictures" } = {},
) {
  const path = `${folder}/${file}`, count = { decoded: 0 };
  const say = (text: string) => said.push(text);
  const cache = await PictureCache.open({
    kind,
    budget,
    hasLog: await Deno.stat(path).then(() => true, () => false),
    logs: {
      openLog: async () => await PictureLog.open(await openGrowingFile(path), "test", say),
      openPrivateLog: async () => await PictureLog.open(await openPrivateFile(path), "test", say),
      say,
    },
  });
  const decoder = inlineDecoder(tree, (bytes) => (count.decoded++, decode(bytes)), { parallel: 3 });
  const supply: PictureSupply = { decoder, cache, persistent: true };
  return { supply, cache, count, path };
}

/** Reads all pictures once, which fills the cache, in order as one reader would. */
async function readAll(supply: PictureSupply, samples = samplesOf(texts)) {
  const pictures = picturesOf(samples, supply);
  await pictures.get([...samples.keys()]);
  return pictures;
}
const all = [...Array(COUNT).keys()];
const expected = all.map((i) => flat(1 + i % 4, 3, [i, i, i]));

for (const kind of ["ram", "disk", "auto"] as const) {
  Deno.test(`a second epoch decodes nothing with cache ${kind}, of images that are reduced, too`, () =>
    withFolder(async (folder) => {
      const { supply, cache, count } = await counted(treeOf(texts), kind, folder);
      const reduction = { side: 2, stretched: true };
      const pictures = await readAll({ ...supply, reduction });
      assertEquals(count.decoded, COUNT);
      const reduced = expected.map((picture) => reduce(picture, reduction));
      assert(reduced.some(({ width, height }) => width * height === 4));
      for (let epoch = 0; epoch < 2; epoch++) assertEquals(await pictures.get(all), reduced);
      assertEquals([count.decoded, cache.hits, cache.misses], [COUNT, 2 * COUNT, COUNT]);
      assertEquals(cache.kind, kind === "auto" ? "ram" : kind);
      cache.close();
    }));
}

Deno.test("without a cache each epoch decodes all", () =>
  withFolder(async (folder) => {
    const { supply, count } = await counted(treeOf(texts), "none", folder);
    const pictures = await readAll(supply);
    assertEquals(await pictures.get(all), expected);
    assertEquals(count.decoded, 2 * COUNT);
  }));

for (const kind of ["disk", "auto"] as const) {
  Deno.test(`another run decodes only what is new or changed, with cache ${kind} over a file`, () =>
    withFolder(async (folder) => {
      const first = await counted(treeOf(texts), "disk", folder);
      await readAll(first.supply);
      first.cache.close();
      const changed: Record<string, string> = { ...texts, f3: "1x1:9", more: "2x2:200" };
      delete changed.f0;
      const renamed = { ...changed, "g/0": texts.f0 };
      const { supply, cache, count } = await counted(treeOf(renamed), kind, folder);
      const pictures = await readAll(supply, samplesOf(renamed));
      assertEquals(count.decoded, 2);
      const seen = await pictures.get(Object.keys(renamed).map((_, i) => i));
      assertEquals(seen.at(-1), expected[0]);
      assertEquals(seen[2], flat(1, 1, [9, 9, 9]));
      assertEquals(count.decoded, 2);
      cache.close();
    }));
}

Deno.test("auto moves to the file what does not fit into its share of the memory", () =>
  withFolder(async (folder) => {
    const { supply, cache, count, path } = await counted(treeOf(texts), "auto", folder, { budget: 200 });
    const pictures = await readAll(supply);
    assertEquals([cache.kind, count.decoded], ["disk", COUNT]);
    assert((await Deno.stat(path)).size > 500);
    assertEquals(await pictures.get(all), expected);
    assertEquals(count.decoded, COUNT);
    cache.close();
  }));

Deno.test("two runs at once share what is there; who comes second keeps its own beside it", () =>
  withFolder(async (folder) => {
    const half = Object.fromEntries(Object.entries(texts).slice(0, 10));
    const first = await counted(treeOf(half), "disk", folder);
    await readAll(first.supply, samplesOf(half));
    const second = await counted(treeOf(texts), "disk", folder);
    const pictures = await readAll(second.supply);
    assertEquals(await pictures.get(all), expected);
    assertEquals(second.count.decoded, COUNT - 10);
    const { heldBy, close } = await openGrowingFile(second.path);
    assert(heldBy?.startsWith(`process ${Deno.pid} on `), heldBy);
    close();
    second.cache.close();
    first.cache.close();
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["x.pictures"]);
    const third = await counted(treeOf(texts), "disk", folder);
    await readAll(third.supply);
    assertEquals(third.count.decoded, COUNT - 10);
    third.cache.close();
  }));

Deno.test("a damaged picture in the file is said and decoded again", () =>
  withFolder(async (folder) => {
    const first = await counted(treeOf(texts), "disk", folder);
    await readAll(first.supply);
    first.cache.close();
    const bytes = await Deno.readFile(first.path);
    bytes[bytes.length - 1] ^= 1;
    await Deno.writeFile(first.path, bytes);
    const said: string[] = [];
    const { supply, cache, count } = await counted(treeOf(texts), "disk", folder, { said });
    const pictures = await readAll(supply);
    assertEquals(await pictures.get(all), expected);
    assertEquals([count.decoded, said], [
      1,
      [`an image in the cache "${first.path}" is damaged (its checksum differs): decoding it again`],
    ]);
    assertEquals(await pictures.get(all), expected);
    assertEquals(count.decoded, 1);
    cache.close();
  }));

Deno.test("a file of pictures that was cut by a kill is gone on with", () =>
  withFolder(async (folder) => {
    const code = `
      import { openGrowingFile } from "${new URL("../../../src/host/deno_growing_file.ts", import.meta.url)}";
      import { PictureLog } from "${new URL("../../../src/data/decode/picture_log.ts", import.meta.url)}";
      const log = await PictureLog.open(await openGrowingFile("${folder}/x.pictures"), "test", () => {});
      const data = new Uint8Array(300 * 300 * 3).fill(7);
      for (let i = 0;; i++) await log.add(i.toString(16).padStart(32, "0"), { width: 300, height: 300, data });`;
    const script = `${folder}/endless.ts`;
    await Deno.writeTextFile(script, code);
    const args = ["run", "-A", "--no-check", script];
    const child = new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "null" }).spawn();
    const path = `${folder}/x.pictures`;
    while (await Deno.stat(path).then(({ size }) => size < 5e6, () => true)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGKILL");
    await child.status;
    const file = await openGrowingFile(path);
    const log = await PictureLog.open(file, "test", () => {});
    assert(log.isOurs && log.count >= 18);
    const { data } = (await log.read((log.count - 1).toString(16).padStart(32, "0")))!;
    assertEquals([data.length, data.every((value) => value === 7)], [270_000, true]);
    log.close();
  }));

Deno.test("a cache that cannot be written says so, and what to do", () =>
  withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await assertMessage(
      () => openGrowingFile(`${folder}/file/x.pictures`),
      FileError,
      `Cannot write "${folder}/file/x.pictures": something else is in its place; move it away, or choose another folder, or set data.cache=none or ram`,
    );
  }));

Deno.test("the same seed gives the same batches for any number of workers, cache and prefetch", () =>
  withFolder(async (folder) => {
    const names = Array.from({ length: 17 }, (_, i) => `p${i}.jpg`),
      reduction = { side: 24, stretched: false };
    for (const [i, name] of names.entries()) {
      await Deno.writeFile(`${folder}/${name}`, await encodeJpeg(patterned(20 + i, 31 - i, i), 90));
    }
    await Deno.writeTextFile(`${folder}/p5.jpg`, "broken");
    const cut = (await encodePng(patterned(30, 30))).subarray(0, 700); // which shows when it is decoded
    await Deno.writeFile(`${folder}/p9.jpg`, cut);
    const { openTree } = await import("../../../src/host/deno_files.ts");
    const tree = await openTree(folder), samples = names.map((path, i) => ({ path, label: i % 3 }));
    const epochs = async (decoder: Decoder, kind: CacheKind, prefetch: number, budget?: number) => {
      const { cache } = await counted(tree, kind, folder, { budget, file: `.${crypto.randomUUID()}` });
      const supply: PictureSupply = { decoder, cache, persistent: prefetch % 2 === 0, reduction };
      const scanned = await scanFiles(tree, names);
      const store = pictureStore(tree, samples, scanned, supply, { split: "train", maxUnreadable: 0.2 });
      const found: [readonly Picture[], ...unknown[]][] = [];
      for (let epoch = 0; epoch < 2; epoch++) {
        const order = shuffledOrder(store.samples.length, 42, epoch);
        const draw = pipeline(defaultTrainSteps(), { imageSize: 16, purpose: "train" });
        const options = { ...store, order, batchSize: 4, pipeline: draw, seed: 42, epoch, prefetch };
        for await (const { pictures, operations, target, indices } of batches(options)) {
          found.push([pictures, operations, target, indices]);
        }
      }
      decoder.close();
      cache.close();
      return found;
    };
    const inline = () => inlineDecoder(tree, decodeImage);
    const expected = await epochs(inline(), "ram", 2);
    assertEquals(expected.length, 8);
    const shorter = expected.flatMap(([pictures]) => pictures.map((one) => Math.min(one.width, one.height)));
    assertEquals(Math.max(...shorter), 24);
    for (const workers of [1, 2, 3]) {
      const pool = () => decodePool(tree, { workers, start: startThread });
      assertEquals(await epochs(pool(), "none", workers - 1), expected);
      assertEquals(await epochs(pool(), "disk", 5), expected);
    }
    assertEquals(await epochs(inline(), "none", 0), expected);
    assertEquals(await epochs(inline(), "disk", 1), expected);
    assertEquals(await epochs(inline(), "auto", 3, 9000), expected);
  }));
