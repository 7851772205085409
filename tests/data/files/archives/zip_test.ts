import { zstdCompressSync } from "node:zlib";
import { assertEquals, assertMatch } from "@std/assert";
import { type Zippable, zipSync } from "fflate";
import { byteSource } from "../../../../src/base/byte_source.ts";
import { DataError } from "../../../../src/base/errors.ts";
import { archiveTree } from "../../../../src/data/files/archives/tree.ts";
import type { ZipLimits } from "../../../../src/data/files/archives/zip.ts";
import { crc32 } from "../../../../src/base/crc32.ts";
import { assertMessage, utf8 } from "../../helpers.ts";

const open = (bytes: Uint8Array, limits?: Partial<ZipLimits>) =>
  archiveTree({ source: byteSource("x.zip", bytes) }, limits);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const zip = (files: Zippable) => zipSync(files, { mtime: "2024-01-01" });
const LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50;

/** Where the nth record with this signature starts. */
function find(bytes: Uint8Array, signature: number): number {
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 4 <= bytes.length; at++) if (view.getUint32(at, true) === signature) return at;
  throw new Error("Cannot find the record");
}

function patched(bytes: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = bytes.slice();
  change(new DataView(copy.buffer));
  return copy;
}

Deno.test("archiveTree() reads stored and deflated files, nested and with names in UTF-8", async () => {
  const long = "0123456789".repeat(500);
  const tree = await open(zip({
    "train/0/a.txt": [utf8("stored"), { level: 0 }],
    "train/фото é/b.txt": [utf8(long), { level: 9 }],
    "train/1/": new Uint8Array(0),
    "empty.txt": new Uint8Array(0),
  }));
  assertEquals(await tree.paths(), ["empty.txt", "train/0/a.txt", "train/фото é/b.txt"]);
  assertEquals(await tree.folders(), ["train", "train/0", "train/1", "train/фото é"]);
  assertEquals(text(await tree.read("train/0/a.txt")), "stored");
  assertEquals(text(await tree.read("train/фото é/b.txt")), long);
  assertEquals((await tree.read("empty.txt")).length, 0);
});

Deno.test("archiveTree() reads only the part of the source that it needs", async () => {
  const bytes = zip({ "a.bin": [new Uint8Array(100_000), { level: 0 }], "b.txt": [utf8("b"), { level: 0 }] });
  let total = 0;
  const source = byteSource("x.zip", bytes);
  const read = (offset: number, length: number) => {
    total += length;
    return source.read(offset, length);
  };
  const tree = await archiveTree({ source: { ...source, read } });
  total = 0;
  assertEquals(text(await tree.read("b.txt")), "b");
  assertEquals(total < 500, true, `read ${total} bytes`);
});

Deno.test("archiveTree() finds its directory before a long comment", async () => {
  const plain = zip({ "a.txt": utf8("a") });
  const bytes = new Uint8Array(plain.length + 60_000).fill(0x50);
  bytes.set(plain);
  new DataView(bytes.buffer).setUint16(plain.length - 2, 60_000, true);
  assertEquals(await (await open(bytes)).paths(), ["a.txt"]);
});

Deno.test("archiveTree() reads files behind long extra fields", async () => {
  const extra = { 0x9999: new Uint8Array(3000) };
  const tree = await open(zip({ "a.txt": [utf8("behind"), { extra }], "b.txt": utf8("b") }));
  assertEquals([text(await tree.read("a.txt")), text(await tree.read("b.txt"))], ["behind", "b"]);
});

Deno.test("archiveTree() reads zip64 records", async () => {
  const tree = await open(zip64("deep/a.txt", utf8("sixty-four")));
  assertEquals(await tree.paths(), ["deep/a.txt"]);
  assertEquals(text(await tree.read("deep/a.txt")), "sixty-four");
});

for (const name of ["../a.txt", "/a.txt", "x/../../a.txt", "x/../a.txt", "C:\\a.txt", "..\\a.txt"]) {
  Deno.test(`archiveTree() refuses the path ${name}`, () =>
    assertMessage(
      () => open(zip({ [name]: utf8("a") })),
      DataError,
      `Cannot read archive "x.zip": it contains the unsafe path ${JSON.stringify(name)}; ` +
        `need relative paths without ".."`,
    ));
}

Deno.test("archiveTree() refuses an encrypted file", () =>
  assertMessage(
    () =>
      open(
        patched(zip({ "a.txt": utf8("a") }), (view) => view.setUint16(findIn(view, CENTRAL) + 8, 1, true)),
      ),
    DataError,
    `Cannot read archive "x.zip": "a.txt" is encrypted; repack it without a password`,
  ));

Deno.test("archiveTree() counts symbolic links as faults", async () => {
  const bytes = patched(zip({ "a.txt": utf8("a"), "link.txt": utf8("/etc/passwd") }), (view) => {
    const second = findIn(view, CENTRAL, 1);
    view.setUint8(second + 5, 3);
    view.setUint32(second + 38, 0o120777 * 65536, true);
  });
  const tree = await open(bytes);
  assertEquals(await tree.paths(), ["a.txt"]);
  assertEquals(await tree.faults!(), [
    { path: "link.txt", reason: "a symbolic link; pack the file that it points to" },
  ]);
});

Deno.test("archiveTree() refuses a file that would unpack to more than the limit", async () => {
  const tree = await open(zip({ "a.txt": utf8("a".repeat(2000)) }), { maxFileBytes: 1000 });
  await assertMessage(
    () => tree.read("a.txt"),
    DataError,
    `Cannot read "a.txt" in "x.zip": it would unpack to 2000 bytes, allowed: at most 1000`,
  );
});

Deno.test("archiveTree() refuses a bomb by its ratio", async () => {
  const tree = await open(zip({ "bomb.txt": new Uint8Array(3 * 2 ** 20) }));
  await assertMessage(
    () => tree.read("bomb.txt"),
    DataError,
    /^Cannot read "bomb.txt" in "x.zip": it would unpack to \d+ times its size, allowed: at most 200$/,
  );
});

Deno.test("archiveTree() refuses a file that is larger than it declares", async () => {
  const bytes = patched(
    zip({ "a.txt": [utf8("abc".repeat(5000)), { level: 9 }] }),
    (view) => view.setUint32(findIn(view, CENTRAL) + 24, 100, true),
  );
  const message = `Cannot read "a.txt" in "x.zip": its checksum does not match; copy the archive again`;
  await assertMessage(async () => (await open(bytes)).read("a.txt"), DataError, message);
});

Deno.test("archiveTree() notices a changed byte", async () => {
  const bytes = zip({ "a.txt": [utf8("unchanged"), { level: 0 }] });
  bytes[find(bytes, LOCAL) + 30 + "a.txt".length] ^= 1;
  const message = `Cannot read "a.txt" in "x.zip": its checksum does not match; copy the archive again`;
  await assertMessage(async () => (await open(bytes)).read("a.txt"), DataError, message);
});

/** A .zip with one file that another program has compressed. */
function zipOf(packed: Uint8Array, method: number, original: Uint8Array): Uint8Array {
  return patched(zip({ "a.txt": [packed, { level: 0 }] }), (view) => {
    for (const [at, method_] of [[findIn(view, LOCAL), 8], [findIn(view, CENTRAL), 10]]) {
      view.setUint16(at + method_, method, true);
      view.setUint32(at + method_ + 6, crc32(original), true);
      view.setUint32(at + method_ + 14, original.length, true);
    }
  });
}

Deno.test("archiveTree() reads Zstandard files, and notices damage in them", async () => {
  const original = utf8("Zebras and others, ".repeat(3000)),
    packed = new Uint8Array(zstdCompressSync(original));
  assertEquals(await (await open(zipOf(packed, 93, original))).read("a.txt"), original);
  for (let at = 0; at < packed.length; at++) {
    const damaged = packed.with(at, packed[at] ^ 0xd5) as Uint8Array;
    const read = (await open(zipOf(damaged, 93, original))).read("a.txt");
    await read.then(
      (bytes) => assertEquals(bytes, original), // some bits have no meaning
      (error) => assertMatch(error.message, /^Cannot read "a.txt" in "x.zip": .*copy the archive again$/),
    );
  }
});

for (const [method, name] of [[9, "deflate64"], [12, "bzip2"], [14, "LZMA"], [77, "method 77"]] as const) {
  Deno.test(`archiveTree() refuses an archive with ${name} when it is opened`, async () => {
    const bytes = patched(
      zip({ "a.txt": utf8("a"), "b.txt": utf8("b") }),
      (view) => view.setUint16(findIn(view, CENTRAL, 1) + 10, method, true),
    );
    await assertMessage(
      () => open(bytes),
      DataError,
      `Cannot read archive "x.zip": 1 of its 2 files, such as "b.txt", need ${name}, which is not read here; zip it again with deflate`,
    );
  });
}

for (const isCounted of [false, true]) {
  Deno.test(`archiveTree() reads a .zip with bytes in front, ${isCounted ? "" : "not "}counted in its offsets`, async () => {
    const front = new Uint8Array([...utf8("#!/bin/sh\n"), ...new Uint8Array(70_001).fill(7)]);
    const plain = zip({ "a.txt": utf8("first"), "b/c.txt": utf8("second".repeat(99)) });
    const moved = patched(plain, (view) => {
      if (!isCounted) return;
      const add = (at: number) => view.setUint32(at, view.getUint32(at, true) + front.length, true);
      [0, 1].forEach((n) => add(findIn(view, CENTRAL, n) + 42));
      add(findIn(view, END) + 16);
    });
    const tree = await open(new Uint8Array([...front, ...moved]));
    assertEquals(await tree.paths(), ["a.txt", "b/c.txt"]);
    assertEquals(text(await tree.read("b/c.txt")), "second".repeat(99));
  });
}

Deno.test("archiveTree() reads zip64 records behind other bytes", async () => {
  const tree = await open(
    new Uint8Array([...new Uint8Array(5000), ...zip64("deep/a.txt", utf8("sixty-four"))]),
  );
  assertEquals(text(await tree.read("deep/a.txt")), "sixty-four");
});

Deno.test("archiveTree() says what is wrong with a file that is no archive or is cut off", async () => {
  const whole = zip({ "a.txt": utf8("a"), "b.txt": utf8("b") });
  const noArchive = `Cannot read archive "x.zip": it is no .zip, .tar or .tar.gz, or is truncated`;
  const noZip = `Cannot read archive "x.zip": it is not a .zip file, or is truncated`;
  await assertMessage(() => open(utf8("hello")), DataError, noArchive);
  await assertMessage(() => open(new Uint8Array(0)), DataError, noArchive);
  await assertMessage(() => open(whole.slice(0, -30)), DataError, noZip);
  await assertMessage(
    () => open(whole.slice(50)),
    DataError,
    `Cannot read archive "x.zip": it is truncated or damaged; copy it again`,
  );
});

Deno.test("archiveTree() names a file that is not there", async () => {
  const tree = await open(zip({ "a.txt": utf8("a") }));
  await assertMessage(() => tree.read("b.txt"), DataError, `Cannot read "b.txt": "x.zip" has no such file`);
});

Deno.test("crc32() gives the check value of ISO 3309", () => {
  assertEquals(crc32(utf8("123456789")), 0xcbf43926);
  assertEquals(crc32(new Uint8Array(0)), 0);
});

function findIn(view: DataView, signature: number, skip = 0): number {
  for (let at = 0; at + 4 <= view.byteLength; at++) {
    if (view.getUint32(at, true) === signature && skip-- === 0) return at;
  }
  throw new Error("Cannot find the record");
}

/** An archive of one stored file whose sizes and offsets all stand in zip64 records. */
function zip64(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1000);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const put = (size: 2 | 4 | 8, ...values: number[]) => {
    for (const value of values) {
      if (size === 2) view.setUint16(at, value, true);
      else if (size === 4) view.setUint32(at, value, true);
      else view.setBigUint64(at, BigInt(value), true);
      at += size;
    }
  };
  const raw = (part: Uint8Array) => {
    bytes.set(part, at);
    at += part.length;
  };
  const MAX = 0xffffffff, nameBytes = utf8(name);
  put(4, LOCAL), put(2, 45, 0, 0, 0, 0), put(4, crc32(data), MAX, MAX), put(2, nameBytes.length, 20);
  raw(nameBytes), put(2, 1, 16), put(8, data.length, data.length), raw(data);
  const central = at;
  put(4, CENTRAL),
    put(2, 45, 45, 0, 0, 0, 0),
    put(4, crc32(data), MAX, MAX),
    put(2, nameBytes.length, 32, 0, 0, 0);
  put(4, 0, MAX), raw(nameBytes), put(2, 0x9999, 0), put(2, 1, 24), put(8, data.length, data.length, 0);
  const end64 = at;
  put(4, 0x06064b50), put(8, 44), put(2, 45, 45), put(4, 0, 0), put(8, 1, 1, end64 - central, central);
  put(4, 0x07064b50, 0), put(8, end64), put(4, 1);
  put(4, END), put(2, 0, 0, 0xffff, 0xffff), put(4, MAX, MAX), put(2, 0);
  return bytes.slice(0, at);
}
