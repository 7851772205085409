/** Archives in archives. */
import { assertEquals } from "@std/assert";
import { type Zippable, zipSync } from "fflate";
import { blobSource, byteSource } from "../../../../src/base/byte_source.ts";
import { archiveTree } from "../../../../src/data/files/archives/tree.ts";
import { readPlace } from "../../../../src/host/browser_files.ts";
import { utf8 } from "../../helpers.ts";
import { gzipped, tarOf } from "./make.ts";

const stored = (files: Zippable) => zipSync(files, { level: 0, mtime: "2024-01-01" });
const packed = (files: Zippable) => zipSync(files, { level: 9, mtime: "2024-01-01" });
const zeros = (count: number) => new Uint8Array(count);

Deno.test("archiveTree() shows an archive in an archive as a folder, for read() and for workers", async () => {
  const inner = (text: string) => ({ "cat/1.txt": utf8(text.repeat(200)) });
  const bytes = packed({
    "stored.zip": [stored(inner("stored")), { level: 0 }],
    "packed.zip": packed(inner("packed")),
    "in.tar": tarOf({ name: "deep.zip", content: packed(inner("deep")) }, { name: "x.txt", content: "x" }),
    "t.tar.gz": await gzipped(tarOf({ name: "cat/1.txt", content: "gz".repeat(200) })),
    "same.zip": packed(inner("same")),
    "same/2.txt": utf8("beside"),
    "__MACOSX/._packed.zip": utf8("no archive"),
  });
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const tree = await archiveTree({ source: blobSource(blob, "x.zip"), origin: blob });
  const paths = await tree.paths();
  assertEquals(paths, [
    "__MACOSX/._packed.zip",
    "in/deep/cat/1.txt",
    "in/x.txt",
    "packed/cat/1.txt",
    "same.zip/cat/1.txt",
    "same/2.txt",
    "stored/cat/1.txt",
    "t/cat/1.txt",
  ]);
  assertEquals((await tree.folders()).filter((path) => path.startsWith("in")), [
    "in",
    "in/deep",
    "in/deep/cat",
  ]);
  const starts = async (read: (path: string) => Promise<Uint8Array>) =>
    await Promise.all(paths.map(async (path) => new TextDecoder().decode(await read(path)).slice(0, 6)));
  const expected = ["no arc", "deepde", "x", "packed", "samesa", "beside", "stored", "gzgzgz"];
  assertEquals(await starts(tree.read), expected);
  assertEquals(await starts((path) => readPlace(tree.place!(path))), expected);
  assertEquals(await tree.faults!(), []);
});

Deno.test("archiveTree() counts inner archives that it cannot read as faults, and reads the rest", async () => {
  const tree = await archiveTree({
    source: byteSource(
      "x.zip",
      packed({
        "a.txt": utf8("a"),
        "cut.zip": packed({ "b.txt": utf8("b") }).slice(0, -5),
        "not.tar": utf8("text"),
        "1.zip": stored({
          "2.zip": stored({ "3.zip": stored({ "4.zip": stored({ "c.txt": utf8("c") }) }) }),
        }),
      }),
    ),
  });
  assertEquals(await tree.paths(), ["a.txt"]);
  assertEquals((await tree.faults!()).map(({ path, reason }) => `${path}: ${reason}`), [
    `1/2/3.zip: Cannot read archive "x.zip/1.zip/2.zip/3.zip": archives are read 3 deep`,
    `cut.zip: Cannot read archive "x.zip/cut.zip": it is not a .zip file, or is truncated`,
    `not.tar: Cannot read archive "x.zip/not.tar": it is no .zip, .tar or .tar.gz, or is truncated`,
  ]);
});

Deno.test("archiveTree() stops at inner archives that unpack to too much together", async () => {
  const bomb = stored({ "a.bin": zeros(2 ** 20 - 1000) });
  const tree = await archiveTree({
    source: byteSource("x.zip", packed(Object.fromEntries([1, 2, 3, 4].map((n) => [`${n}.zip`, bomb])))),
  });
  assertEquals(await tree.paths(), ["1/a.bin"]);
  assertEquals(
    (await tree.faults!()).map(({ reason }) => reason),
    [2, 3, 4].map((n) =>
      `Cannot read archive "x.zip/${n}.zip": it would unpack to more than 200 times the archive's size`
    ),
  );
});
