/** The folder of decoded images stays within its limit, and what was used longest ago goes first. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { limitBytes } from "../../src/data/decode/cache_limit.ts";
import { PictureCache } from "../../src/data/decode/picture_cache.ts";
import { PictureLog } from "../../src/data/decode/picture_log.ts";
import { denoHost } from "../../src/host/deno.ts";
import { filesBelow } from "../../src/host/deno_disk.ts";
import { folderStore } from "../../src/host/deno_files.ts";
import { openGrowingFile, openPrivateFile } from "../../src/host/deno_growing_file.ts";
import { tryLock } from "../../src/host/deno_lock.ts";
import { CacheRoom } from "../../src/setup/cache_room.ts";
import { patterned, withFolder } from "../data/helpers.ts";

const parts = { filesBelow, tryLock, folderStore };

/** A room in `folder`, and what it says. */
function roomIn(folder: string, limit: number, own = "own_00000000.pictures") {
  const said: string[] = [], host = { ...parts, print: (line: string) => void said.push(line) };
  return { said, room: new CacheRoom(host, { folder, limit, given: "1 kB", own: `${folder}/${own}` }) };
}

/** Files of other datasets, each used a day after the one before. */
async function others(folder: string, ...sizes: number[]): Promise<string[]> {
  return await Promise.all(sizes.map(async (size, i) => {
    const path = `${folder}/${"abcdefgh"[i]}_0000000${i}.pictures`, used = new Date(2026, 0, 1 + i, 12);
    await Deno.writeFile(path, new Uint8Array(size));
    await Deno.utime(path, used, used);
    return path;
  }));
}

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("CacheRoom removes the files that were not used for longest, and only as many as needed", () =>
  withFolder(async (folder) => {
    const [a] = await others(folder, 300, 300, 300);
    const { room, said } = roomIn(folder, 1000);
    assertEquals([await room.take(90), said], [undefined, []]);
    assertEquals(await room.take(390), undefined);
    assertEquals(names(folder), ["b_00000001.pictures", "c_00000002.pictures"]);
    assertEquals(said, [
      `  note: removed the decoded images in "${a}" (0.0 MiB, last used 2026-01-01): ` +
      "all of them may take 0.0 MiB (data.cache_limit=1 kB)",
    ]);
  }));

Deno.test("CacheRoom leaves files in use, its own, and what is no cache, and then has no room", () =>
  withFolder(async (folder) => {
    const [a] = await others(folder, 300, 300);
    await Deno.writeFile(`${folder}/own_00000000.pictures`, new Uint8Array(300));
    await Deno.writeFile(`${folder}/holiday.jpg`, new Uint8Array(300));
    const lock = await tryLock(a, "tests");
    assert(lock.isOurs);
    const { room } = roomIn(folder, 1400);
    assertEquals(
      await room.take(500),
      `The decoded images in "${folder}" have reached 0.0 MiB (data.cache_limit=1 kB); raise it, or let deno task clean remove some`,
    );
    assertEquals(names(folder), [
      "a_00000000.pictures",
      "a_00000000.pictures.lock.1",
      "holiday.jpg",
      "own_00000000.pictures",
    ]);
    if (lock.isOurs) await lock.release();
    assertEquals(await room.take(600), undefined);
    assertEquals(names(folder), ["holiday.jpg", "own_00000000.pictures"]);
  }));

Deno.test("CacheRoom counts what other runs add meanwhile, and what has no name", () =>
  withFolder(async (folder) => {
    const { room } = roomIn(folder, 10_000);
    let own = 0;
    const add = async (bytes: number) => {
      const reason = await room.take(bytes);
      if (reason === undefined) {
        await Deno.writeFile(`${folder}/own_00000000.pictures`, new Uint8Array(own += bytes));
      }
      return reason;
    };
    assertEquals(await add(100), undefined);
    const theirs = `${folder}/theirs_00000009.pictures`, lock = await tryLock(theirs, "tests");
    await Deno.writeFile(theirs, new Uint8Array(9000));
    let reason: string | undefined;
    while ((reason = await add(100)) === undefined);
    assert(own >= 800 && own <= 1000, `${own}`);
    assertStringIncludes(reason, "have reached");
    await Deno.truncate(`${folder}/own_00000000.pictures`, 100);
    assertEquals(await room.take(100, 900), reason);
    assertEquals(await room.take(100, 700), undefined);
    if (lock.isOurs) await lock.release();
  }));

Deno.test("runs on several datasets stay within the limit at every moment, and find what is left", () =>
  withFolder(async (folder) => {
    const limit = 200_000, draw = rng(4, "runs");
    const total = async () => (await filesBelow(folder)).reduce((sum, { bytes }) => sum + bytes, 0);
    for (let run = 0; run < 25; run++) {
      const set = draw.integer(4), path = `${folder}/s_0000000${set}.pictures`;
      // The limit of some runs is lower, so that their own file shrinks when it is opened.
      const most = run % 5 === 4 ? limit / 4 : limit;
      const { room, said } = roomIn(folder, most, `s_0000000${set}.pictures`);
      const cache = await PictureCache.open({
        kind: "disk",
        logs: {
          say: (text) => said.push(text),
          take: (bytes, unlisted) => room.take(bytes, unlisted),
          openLog: async () => {
            const log = await PictureLog.open(await openGrowingFile(path), "test", (text) => said.push(text));
            await room.fit(log);
            return log;
          },
          openPrivateLog: () => openPrivateFile(path).then((file) => PictureLog.open(file, "test", () => {})),
        },
      });
      assert(await total() <= most, `${await total()} after opening`);
      for (let i = 0; i < 12; i++) {
        const picture = patterned(100, 100, i), digest = `${set}${i}`.padStart(32, "0");
        await cache.keep(`f${i}`, picture, { digest });
        const found = await cache.find(`f${i}`);
        if (found) assertEquals(found, picture);
        assert(await total() <= most, `${await total()} of ${most} in run ${run}`);
      }
      cache.close();
      assertEquals(said.filter((line) => /damaged|truncated/.test(line)), []);
    }
  }));

Deno.test("a private file is within the limit, too", () =>
  withFolder(async (folder) => {
    const path = `${folder}/x_00000000.pictures`, said: string[] = [];
    const theirs = await PictureLog.open(await openGrowingFile(path), "test", () => {});
    const { room } = roomIn(folder, 100_000, "x_00000000.pictures");
    const cache = await PictureCache.open({
      kind: "disk",
      logs: {
        say: (text) => said.push(text),
        take: (bytes, unlisted) => room.take(bytes, unlisted),
        openLog: async () => await PictureLog.open(await openGrowingFile(path), "test", () => {}),
        openPrivateLog: async () => await PictureLog.open(await openPrivateFile(path), "test", () => {}),
      },
    });
    for (let i = 0; i < 10; i++) {
      await cache.keep(`f${i}`, patterned(100, 100, i), { digest: String(i).padStart(32, "0") });
    }
    const kept = await Promise.all(Array.from({ length: 10 }, (_, i) => cache.find(`f${i}`)));
    assertEquals([kept.filter((one) => one).length, said.length], [3, 1]);
    cache.close();
    theirs.close();
  }));

Deno.test("limitBytes() reads sizes, and shares of the disk", () => {
  assertEquals(["20GB", "50%", "12.5 %", 7, "0"].map((one) => limitBytes(one, 1000)), [20e9, 500, 125, 7, 0]);
  assertEquals(["101%", "-1%", "%", "half"].map((one) => limitBytes(one, 1000)), Array(4).fill(undefined));
});

Deno.test("the disk of a folder that does not exist yet has room", async () => {
  const { pictures } = denoHost();
  assert(await pictures.freeDisk("no/such/folder") > 0);
  assert(await pictures.freeDisk("/no/such/folder") > 0);
});
