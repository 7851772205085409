import { assertEquals } from "@std/assert";
import { byteSource } from "../../../../src/base/byte_source.ts";
import { DataError } from "../../../../src/base/errors.ts";
import { archiveTree } from "../../../../src/data/files/archives/tree.ts";
import { assertMessage, utf8 } from "../../helpers.ts";
import { gzipped, joined, paxRecord, tarOf } from "./make.ts";

const open = (bytes: Uint8Array, name = "x.tar") => archiveTree({ source: byteSource(name, bytes) });
const textOf = async (bytes: Uint8Array, path: string) =>
  new TextDecoder().decode(await (await open(bytes)).read(path));

Deno.test("archiveTree() reads a .tar: files, folders, and long names in three ways", async () => {
  const long = `train/${"фото".repeat(30)}.jpg`;
  const bytes = tarOf(
    { name: "./", type: "5" },
    { name: "./train/cat/", type: "5" },
    { name: "train/cat/a.jpg", content: "cat" },
    { name: "b.jpg", prefix: "train/dog", content: "split name" },
    { name: "././@LongLink", type: "L", content: `${long}\0` },
    { name: long.slice(0, 40), content: "GNU", magic: "ustar  \0" },
    { name: "x", type: "x", content: paxRecord("mtime", "1.5") + paxRecord("path", `pax/${long}`) },
    { name: "short", content: "pax" },
    { name: "v7.jpg", content: "old", type: "\0", magic: "\0" },
    { name: "folder/", type: "\0", magic: "\0" },
  );
  const tree = await open(bytes);
  assertEquals(await tree.paths(), [`pax/${long}`, "train/cat/a.jpg", "train/dog/b.jpg", long, "v7.jpg"]);
  assertEquals(await tree.folders(), ["folder", "pax", "pax/train", "train", "train/cat", "train/dog"]);
  assertEquals(await textOf(bytes, long), "GNU");
  assertEquals(await textOf(bytes, `pax/${long}`), "pax");
  assertEquals(await textOf(bytes, "train/dog/b.jpg"), "split name");
  assertEquals(await tree.faults!(), []);
});

Deno.test("archiveTree() follows hard links in a .tar, and counts what is no file as faults", async () => {
  const bytes = tarOf(
    { name: "a.jpg", content: "first" },
    { name: "hard.jpg", type: "1", link: "./a.jpg" },
    { name: "a.jpg", content: "second" },
    { name: "nowhere.jpg", type: "1", link: "b.jpg" },
    { name: "soft.jpg", type: "2", link: "a.jpg" },
    { name: "pipe", type: "6" },
    { name: "sparse.jpg", type: "S", content: "map", magic: "ustar  \0" },
    { name: "x", type: "x", content: paxRecord("GNU.sparse.name", "hole.jpg") },
    { name: "GNUSparseFile.0/hole.jpg", content: "map" },
    { name: "label", type: "V" },
    { name: "z.jpg", content: "last" },
  );
  const tree = await open(bytes);
  assertEquals(await tree.paths(), ["a.jpg", "hard.jpg", "z.jpg"]);
  assertEquals(await Promise.all(["a.jpg", "hard.jpg"].map((path) => textOf(bytes, path))), [
    "second",
    "first",
  ]);
  const sparse = "a sparse file; pack it without --sparse";
  assertEquals(await tree.faults!(), [
    { path: "hole.jpg", reason: sparse },
    { path: "nowhere.jpg", reason: "a hard link to a file that is not before it in the archive" },
    { path: "pipe", reason: "neither a file nor a folder" },
    { path: "soft.jpg", reason: "a symbolic link; pack the file that it points to" },
    { path: "sparse.jpg", reason: sparse },
  ]);
});

Deno.test("archiveTree() reads archives one after another, and nothing behind the end", async () => {
  const first = tarOf({ name: "a.txt", content: "a" }), second = tarOf({ name: "b.txt", content: "b" });
  const garbage = new Uint8Array(5000).fill(77);
  assertEquals(await (await open(joined(first, second, garbage))).paths(), ["a.txt", "b.txt"]);
  assertEquals(await (await open(first.subarray(0, -512))).paths(), ["a.txt"]);
});

Deno.test("archiveTree() reads a .tar by its headers, not its files", async () => {
  const bytes = tarOf(...["a", "b", "c"].map((name) => ({ name, content: new Uint8Array(2 ** 20) })));
  const source = byteSource("x.tar", bytes);
  let total = 0;
  const read = (offset: number, length: number) => {
    total += length;
    return source.read(offset, length);
  };
  const tree = await archiveTree({ source: { ...source, read } });
  assertEquals((await tree.read("b")).length, 2 ** 20);
  assertEquals(total < 1.2 * 2 ** 20, true, `read ${total} bytes`);
});

for (const name of ["../a.txt", "/a.txt", "x/../../a.txt", "x/../a.txt", "C:/a.txt"]) {
  Deno.test(`archiveTree() refuses the path ${name} in a .tar`, () =>
    assertMessage(
      () => open(tarOf({ name: "ok.txt" }, { name })),
      DataError,
      `Cannot read archive "x.tar": it contains the unsafe path ${JSON.stringify(name)}; ` +
        `need relative paths without ".."`,
    ));
}

Deno.test("archiveTree() says what is wrong with a .tar", async () => {
  const whole = tarOf({ name: "a.txt", content: "a".repeat(2000) }, { name: "b.txt", content: "b" });
  const refuse = (bytes: Uint8Array, reason: string) =>
    assertMessage(() => open(bytes), DataError, `Cannot read archive "x.tar": ${reason}`);
  await refuse(whole.subarray(0, 1500), "it is truncated; copy it again");
  const noEnd =
    "it is truncated, or was not closed; copy it again, or add its end: head -c 1024 /dev/zero >> FILE";
  for (const size of [2560, 2900]) await refuse(whole.subarray(0, size), noEnd);
  const damaged = whole.slice();
  damaged[2560 + 3] ^= 1;
  await refuse(damaged, "it is damaged at byte 2560; copy it again");
  await refuse(
    tarOf({ name: "a" }, { name: "x", type: "x", content: "99 path=b\n" }),
    "it is damaged at byte 1024; copy it again",
  );
  await refuse(tarOf({ name: "a", type: "M" }), "it is one part of several; join them first");
  await refuse(tarOf({ name: "a", size: 8 ** 11 - 1 }), "it is truncated; copy it again");
});

Deno.test("archiveTree() unpacks a .tar.gz, and says what is wrong with one", async () => {
  const tar = tarOf({ name: "train/a.txt", content: "a".repeat(5000) });
  const gz = await gzipped(tar);
  const tree = await open(gz, "x.tar.gz");
  assertEquals([tree.name, await tree.paths()], ["x.tar.gz", ["train/a.txt"]]);
  assertEquals((await tree.read("train/a.txt")).length, 5000);
  const refuse = async (bytes: Uint8Array, reason: RegExp) =>
    await assertMessage(() => open(bytes, "x.gz"), DataError, reason);
  const damaged =
    /^Cannot read archive "x.gz": its compressed data is damaged, or several gzip files in one \(.+\); copy it again, or pack it as .tar$/;
  await refuse(gz.subarray(0, -9), damaged);
  await refuse(gz.with(-6, gz.at(-6)! ^ 1) as Uint8Array, damaged);
  await refuse(joined(gz, gz), damaged);
  await refuse(
    await gzipped(utf8("a,b\n") as Uint8Array<ArrayBuffer>),
    /^Cannot read archive "x.gz": it is a gzip file of something else than a .tar; unpack it$/,
  );
  await refuse(
    await gzipped(tarOf({ name: "bomb", content: new Uint8Array(5 * 2 ** 20) })),
    /^Cannot read archive "x.gz": it would unpack to more than 200 times the archive's size$/,
  );
});

const OTHERS: Record<string, string> = {
  "a 7z archive": "377abcaf271c0004",
  "a RAR archive": "526172211a070100",
  "compressed with bzip2": "425a683931415926",
  "compressed with xz": "fd377a585a000004",
  "compressed with Zstandard": "28b52ffd24000000",
};
for (const [what, hex] of Object.entries(OTHERS)) {
  Deno.test(`archiveTree() refuses what is ${what}`, () =>
    assertMessage(
      () => open(joined(Uint8Array.fromHex(hex), new Uint8Array(600)), "x.tar.other"),
      DataError,
      `Cannot read archive "x.tar.other": it is ${what}, which is not read here; unpack it, or pack it as .zip or .tar`,
    ));
}
