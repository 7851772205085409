/** The cache of decoded images on a disk that is too small, full, or read-only. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { inlineDecoder } from "../../src/data/decode/decoder.ts";
import { PictureCache } from "../../src/data/decode/picture_cache.ts";
import { PictureLog } from "../../src/data/decode/picture_log.ts";
import { picturesOf } from "../../src/data/decode/picture_source.ts";
import { openGrowingFile, openPrivateFile } from "../../src/host/deno_growing_file.ts";
import { decodeText, flat, treeOf } from "../data/helpers.ts";
import { mount, MOUNTS, unmount } from "./mounts.ts";

/** 3 MB once they are decoded. */
const COUNT = 100;
const texts = Object.fromEntries(Array.from({ length: COUNT }, (_, i) => [`f${i}`, `100x100:${i}`]));
const all = [...Array(COUNT).keys()];

/** Reads all images once with the cache in `folder`. */
async function run(folder: string) {
  const said: string[] = [], notes: string[] = [], path = `${folder}/pictures/x.pictures`;
  const note = (text: string) => notes.push(text);
  const cache = await PictureCache.open({
    kind: "disk",
    logs: {
      openLog: async () => await PictureLog.open(await openGrowingFile(path), "test", note),
      openPrivateLog: async () => await PictureLog.open(await openPrivateFile(path), "test", note),
      say: (text) => said.push(text),
    },
  });
  let decoded = 0;
  const decoder = inlineDecoder(treeOf(texts), (bytes) => (decoded++, decodeText(bytes)));
  const pictures = picturesOf(all.map((i) => ({ path: `f${i}`, label: 0 })), {
    decoder,
    cache,
    persistent: true,
  });
  assertEquals(await pictures.get(all), all.map((i) => flat(100, 100, [i, i, i])));
  cache.close();
  assertEquals(notes, []);
  return { decoded, said: said.join("\n") };
}

Deno.test({
  name: "a cache on a disk of 2 MB fills it, a full and a read-only one are read, and more room is used",
  ignore: !MOUNTS,
  async fn() {
    const disk = await Deno.makeTempDir({ prefix: "wgrad_small_" });
    const fixed = await Deno.makeTempDir({ prefix: "wgrad_fixed_" });
    await mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", disk);
    try {
      const full = `Cannot write "${disk}/pictures/x.pictures": the disk is full; free some space, or set `;
      const first = await run(disk);
      assertEquals(first.decoded, COUNT);
      assertStringIncludes(first.said, full);
      const [, kept] = /\(cached on disk: (\d+) images, [12]\.\d MiB\)$/.exec(first.said)!;
      assert(Number(kept) > 50, first.said);
      // Nothing is left for a lock, either.
      await Deno.writeFile(`${disk}/other`, new Uint8Array(2 ** 21)).catch(() => {});
      const second = await run(disk);
      assertEquals([second.decoded, second.said.split("\n").length], [COUNT - Number(kept), 1]);
      await mount("--bind", disk, fixed);
      await mount("-o", "remount,bind,ro", fixed);
      const third = await run(fixed);
      assertEquals(third.decoded, COUNT - Number(kept));
      assertStringIncludes(third.said, `x.pictures": its file system is read-only; choose another folder`);
      await mount("-o", "remount,size=8m", disk);
      assertEquals(await run(disk), { decoded: COUNT - Number(kept), said: "" });
      assertEquals(await run(disk), { decoded: 0, said: "" });
    } finally {
      await unmount(fixed);
      await unmount(disk);
      for (const folder of [fixed, disk]) await Deno.remove(folder);
    }
  },
});
