/** What is unpacked whole goes into a folder, once. */
import { assertEquals, assertRejects } from "@std/assert";
import { zipSync } from "fflate";
import { DataError, InterruptedError } from "../../src/base/errors.ts";
import { noProgress } from "../../src/base/progress.ts";
import { openTree, readPlace } from "../../src/host/deno_files.ts";
import { gzipped, tarOf } from "../data/files/archives/make.ts";
import { utf8, withFolder } from "../data/helpers.ts";

/** Runs `body` in a folder with x.tar.gz; `open` opens it, and `said` has what was printed. */
function withArchive(
  body: (given: {
    readonly path: string;
    readonly cache: string;
    readonly said: string[];
    readonly stop: AbortController;
    open(path?: string): ReturnType<typeof openTree>;
  }) => Promise<void>,
): Promise<void> {
  return withFolder(async (folder) => {
    const path = `${folder}/x.tar.gz`, cache = `${folder}/cache`, said: string[] = [];
    const stop = new AbortController();
    const print = (line: string) => void said.push(line);
    await Deno.writeFile(path, await gzipped(tarOf({ name: "cat/1.txt", content: "cat" })));
    const open = (at = path) =>
      openTree(at, "", { folder: cache, print, progress: noProgress, signal: stop.signal });
    await body({ path, cache, said, stop, open });
  });
}

const namesIn = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

Deno.test("openTree() unpacks a .tar.gz once, and again when it has changed", () =>
  withArchive(async ({ path, cache, said, open }) => {
    for (let time = 0; time < 2; time++) {
      const tree = await open(), place = tree.place!("cat/1.txt");
      assertEquals(await tree.paths(), ["cat/1.txt"]);
      assertEquals(await tree.read("cat/1.txt"), utf8("cat"));
      assertEquals(await readPlace(structuredClone(place)), utf8("cat"));
      assertEquals([place.name, String(place.source).startsWith(`${cache}/x.tar.gz_`)], [path, true]);
    }
    assertEquals(said, [`  unpacking "${path}" into ${cache}`]);
    await Deno.writeFile(path, await gzipped(tarOf({ name: "dog.txt", content: "a dog" })));
    assertEquals(await (await open()).paths(), ["dog.txt"]);
    assertEquals([said.length, namesIn(cache).every((name) => /_[0-9a-f]{16}\.unpacked$/.test(name))], [
      2,
      true,
    ]);
  }));

Deno.test("openTree() unpacks once where several ask at the same time", () =>
  withArchive(async ({ cache, said, open }) => {
    const trees = await Promise.all([open(), open(), open()]);
    for (const tree of trees) assertEquals(await tree.read("cat/1.txt"), utf8("cat"));
    assertEquals(said.filter((line) => line.startsWith("  unpacking")).length, 1);
    assertEquals(namesIn(cache).length, 1);
  }));

Deno.test("openTree() leaves nothing behind where unpacking fails or is stopped", () =>
  withArchive(async ({ path, cache, stop, open }) => {
    const whole = await Deno.readFile(path);
    await Deno.writeFile(path, whole.subarray(0, -6));
    await assertRejects(() => open(), DataError, "its compressed data is damaged");
    await Deno.writeFile(path, whole);
    stop.abort();
    await assertRejects(() => open(), InterruptedError, `Stopped while unpacking "${path}"`);
    assertEquals(namesIn(cache), []);
  }));

Deno.test("readPlace() reads what lies in an archive in an archive, compressed or not", () =>
  withArchive(async ({ path, open }) => {
    const inner = zipSync({ "a.txt": utf8("a".repeat(100)) }), tar = tarOf({ name: "b.zip", content: inner });
    const at = path.replace(/x.tar.gz$/, "y.ZIP.download");
    await Deno.writeFile(
      at,
      zipSync({ "s.zip": [inner, { level: 0 }], "d.zip": inner, "t.tar": tar, "g.tgz": await gzipped(tar) }),
    );
    const tree = await open(at);
    assertEquals(await tree.paths(), ["d/a.txt", "g/b/a.txt", "s/a.txt", "t/b/a.txt"]);
    for (const file of await tree.paths()) {
      assertEquals(await readPlace(structuredClone(tree.place!(file))), utf8("a".repeat(100)));
    }
  }));
