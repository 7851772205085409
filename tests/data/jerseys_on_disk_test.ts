/** The drawn dataset where several processes want it, where files are missing, and where others are in its place. */
import { assertEquals } from "@std/assert";
import { DataError } from "../../src/base/errors.ts";
import { ensureSyntheticJerseys, type JerseyPlace } from "../../src/data/synthetic_jerseys/ensure.ts";
import type { SyntheticJerseys } from "../../src/data/synthetic_jerseys/generate.ts";
import type { FolderStore } from "../../src/data/types.ts";
import { assertMessage } from "./helpers.ts";

const options: SyntheticJerseys = {
  seed: 42,
  classes: ["0", "00", "7", "23"],
  train: 12,
  valid: 4,
  test: 5,
  size: 24,
};
const FILES = 12 + 4 + 5 + 3 + 1;

/** A place in memory; `failAt` makes the nth write fail, and those that follow it. */
function memoryPlace(failAt = Infinity) {
  const files = new Map<string, Uint8Array>();
  const locks: string[] = [];
  let writes = 0;
  const below = (path: string) =>
    [...files.keys()].filter((file) => path === "" || file === path || file.startsWith(`${path}/`));
  const store: FolderStore = {
    readText: (path) =>
      Promise.resolve(files.has(path) ? new TextDecoder().decode(files.get(path)) : undefined),
    exists: (path) => Promise.resolve(below(path).length > 0),
    names: (path) => {
      const at = path === "" ? 0 : path.length + 1;
      return Promise.resolve([...new Set(below(path).map((file) => file.slice(at).split("/")[0]))]);
    },
    async write(path, bytes) {
      const isFailing = ++writes >= failAt;
      await new Promise((resolve) => setTimeout(resolve, isFailing ? 0 : 5));
      if (isFailing) throw new Error("the disk is full");
      files.set(path, bytes);
    },
    rename(from, to) {
      for (const file of below(from)) {
        files.set(to + file.slice(from.length), files.get(file)!);
        files.delete(file);
      }
      return Promise.resolve();
    },
    remove(path) {
      for (const file of below(path)) files.delete(file);
      return Promise.resolve();
    },
  };
  const release = () => Promise.resolve(void locks.push("released"));
  const place: JerseyPlace = {
    store,
    folder: "out",
    encodeJpeg: ({ data }, quality) => Promise.resolve(Uint8Array.of(quality, ...data)),
    lock() {
      locks.push("locked");
      return Promise.resolve({ isOurs: true, release, [Symbol.asyncDispose]: release });
    },
  };
  return { files, locks, place };
}

Deno.test("ensureSyntheticJerseys() draws once, under a lock, and leaves the dataset alone", async () => {
  const { files, locks, place } = memoryPlace();
  assertEquals(await ensureSyntheticJerseys(options, place), true);
  assertEquals(await ensureSyntheticJerseys(options, place), false);
  assertEquals(locks, ["locked", "released"]);
  assertEquals([files.size, [...files.keys()].every((path) => path.startsWith("out/"))], [FILES, true]);
});

Deno.test("ensureSyntheticJerseys() finds what another process drew while it waited", async () => {
  const { files, place } = memoryPlace();
  let drawn: Map<string, Uint8Array> | undefined;
  const lock = async () => {
    await ensureSyntheticJerseys(options, place);
    drawn = new Map(files);
    return await place.lock();
  };
  assertEquals(await ensureSyntheticJerseys(options, { ...place, lock }), false);
  assertEquals(files, drawn);
});

Deno.test("ensureSyntheticJerseys() removes what killed processes left, and nothing else", async () => {
  const { files, place } = memoryPlace();
  files.set("out.any-01234567.tmp/train/000001.jpg", new Uint8Array(1));
  const others = ["out.tmp/mine.jpg", "outside.any-01234567.tmp/mine.jpg", "out.any-01.tmp"];
  for (const path of others) files.set(path, new Uint8Array(1));
  assertEquals(await ensureSyntheticJerseys(options, place), true);
  assertEquals([...files.keys()].filter((path) => !path.startsWith("out/")), others);
});

Deno.test("ensureSyntheticJerseys() leaves nothing behind where it cannot write", async () => {
  const { files, locks, place } = memoryPlace(12);
  await assertMessage(() => ensureSyntheticJerseys(options, place), Error, "the disk is full");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals([[...files.keys()], locks], [[], ["locked", "released"]]);
});

Deno.test("ensureSyntheticJerseys() draws again where files were removed", async () => {
  const { files, place } = memoryPlace();
  await ensureSyntheticJerseys(options, place);
  const whole = new Map(files);
  files.delete("out/valid/000002.jpg");
  assertEquals(await ensureSyntheticJerseys(options, place), true);
  assertEquals(files, whole);
});

Deno.test("ensureSyntheticJerseys() gives no name to a dataset whose files vanish while it is drawn", async () => {
  const { files, place } = memoryPlace();
  const write: FolderStore["write"] = async (path, bytes) => {
    if (path.endsWith("test/annotations.jsonl")) {
      files.delete(path.replace("test/annotations.jsonl", "train/000003.jpg"));
    }
    await place.store.write(path, bytes);
  };
  await assertMessage(
    () => ensureSyntheticJerseys(options, { ...place, store: { ...place.store, write } }),
    DataError,
    /^Cannot draw the synthetic dataset: files of "out\.any-[0-9a-f]{8}\.tmp" were removed meanwhile; start again$/,
  );
  assertEquals(files.size, 0);
});

for (
  const [found, cure] of [
    ["something else", "to train on images of your own, give their path first or add data=image_folder"],
    ["one that was drawn with other options", "remove it, or set another data.data_root"],
  ]
) {
  Deno.test(`ensureSyntheticJerseys() never removes ${found}`, async () => {
    const { files, place } = memoryPlace();
    if (found === "something else") files.set("out/mine.txt", new Uint8Array(1));
    else await ensureSyntheticJerseys({ ...options, train: 8 }, place);
    const before = new Map(files);
    await assertMessage(
      () => ensureSyntheticJerseys(options, place),
      DataError,
      `Cannot draw the synthetic dataset into "out": the folder holds ${found}; ${cure}`,
    );
    assertEquals(files, before);
  });
}
