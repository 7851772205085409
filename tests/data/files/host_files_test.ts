import { assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import { DataError, FileError } from "../../../src/base/errors.ts";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { folderStore, openTree } from "../../../src/host/deno_files.ts";
import { writeAtomic } from "../../../src/host/deno_writing.ts";
import { assertMessage, line, utf8, withFolder } from "../helpers.ts";

async function write(folder: string, files: Record<string, string>): Promise<void> {
  const store = folderStore(folder);
  for (const [path, text] of Object.entries(files)) await store.write(path, utf8(text));
}

Deno.test("openTree() lists a folder by code point, with links and empty folders", () =>
  withFolder(async (folder) => {
    await write(folder, { "train/10/a.jpg": "a", "train/2/фото é.jpg": "b", "train/00/c.jpg": "c" });
    await Deno.mkdir(`${folder}/train/empty`);
    await Deno.symlink(`${folder}/train/10`, `${folder}/train/linked`);
    await Deno.symlink(`${folder}/train`, `${folder}/train/10/circle`);
    await Deno.symlink(`${folder}/nowhere`, `${folder}/train/broken.jpg`);
    const tree = await openTree(folder);
    assertEquals(await tree.paths(), [
      "train/00/c.jpg",
      "train/10/a.jpg",
      "train/2/фото é.jpg",
      "train/linked/a.jpg",
    ]);
    assertEquals((await tree.folders()).includes("train/empty"), true);
    assertEquals(await tree.faults?.(), [
      { path: "train/10/circle", reason: "a link to a folder above it" },
      { path: "train/broken.jpg", reason: "a link to nothing" },
      { path: "train/linked/circle", reason: "a link to a folder above it" },
    ]);
    assertEquals(await tree.read("train/2/фото é.jpg"), utf8("b"));
  }));

Deno.test("openTree() gives the same dataset from a folder and from its .zip", () =>
  withFolder(async (folder) => {
    const files: Record<string, string> = {
      "train/x.jsonl": line("a.jpg", "7"),
      "train/a.jpg": "",
      "train/8/b.png": "",
    };
    await write(`${folder}/root`, files);
    const packed = zipSync(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [`root/${path}`, utf8(text)])),
    );
    await Deno.writeFile(`${folder}/root.ZIP`, packed);
    const fromFolder = await readDataset(await openTree(`${folder}/root`));
    const fromZip = await readDataset(await openTree(`${folder}/root.ZIP`));
    assertEquals(fromZip.classes, fromFolder.classes);
    assertEquals(
      fromZip.splits.train.map(({ path }) => path),
      fromFolder.splits.train.map(({ path }) => `root/${path}`),
    );
  }));

Deno.test("openTree() reads many files of a .zip at the same time", () =>
  withFolder(async (folder) => {
    const names = Array.from({ length: 50 }, (_, i) => `f${i}.txt`);
    const files = Object.fromEntries(names.map((name) => [name, utf8(name.repeat(30))]));
    await Deno.writeFile(`${folder}/x.zip`, zipSync(files));
    const tree = await openTree(`${folder}/x.zip`);
    const read = await Promise.all(names.map((name) => tree.read(name)));
    assertEquals(read, names.map((name) => files[name]));
  }));

Deno.test("openTree() says what is wrong with a root, and the cure", () =>
  withFolder(async (folder) => {
    await write(folder, { "a.txt": "a", "empty.zip": "" });
    const cure = "set data.data_root=<folder or archive>";
    const open = (path: string) => () => openTree(path, cure);
    await assertMessage(
      open(`${folder}/no`),
      DataError,
      `Cannot open "${folder}/no": it does not exist; ${cure}`,
    );
    await assertMessage(open(" "), DataError, `Cannot open " ": the path is empty; ${cure}`);
    await assertMessage(
      open(`${folder}/a.txt`),
      DataError,
      `Cannot open "${folder}/a.txt": it is neither a folder nor an archive (.zip, .tar, .tar.gz); ${cure}`,
    );
    await assertMessage(
      open(`${folder}/empty.zip`),
      DataError,
      `Cannot open "${folder}/empty.zip": it is empty; ${cure}`,
    );
    await Deno.mkdir(`${folder}/hollow`);
    await assertMessage(
      async () => readDataset(await openTree(`${folder}/hollow`)),
      DataError,
      /^Cannot read dataset: ".*\/hollow" is empty; set data\.data_root=/,
    );
  }));

Deno.test("openTree() notices an archive that became shorter", () =>
  withFolder(async (folder) => {
    const path = `${folder}/x.zip`;
    await Deno.writeFile(path, zipSync({ "a.txt": [utf8("a".repeat(500)), { level: 0 }] }));
    const tree = await openTree(path);
    await Deno.truncate(path, 100);
    await assertMessage(
      () => tree.read("a.txt"),
      DataError,
      `Cannot read "${path}": it was replaced or changed meanwhile; start again`,
    );
  }));

Deno.test("writeAtomic() makes folders, replaces the file and leaves nothing beside it", () =>
  withFolder(async (folder) => {
    const path = `${folder}/deep/er/x.bin`;
    await writeAtomic(path, utf8("first"));
    await writeAtomic(path, utf8("second"));
    assertEquals(await Deno.readTextFile(path), "second");
    assertEquals([...Deno.readDirSync(`${folder}/deep/er`)].map(({ name }) => name), ["x.bin"]);
  }));

Deno.test("writeAtomic() onto a folder says that something is in its place, and leaves nothing beside it", () =>
  withFolder(async (folder) => {
    const path = `${folder}/x.bin`;
    await Deno.mkdir(path);
    await assertMessage(
      () => writeAtomic(path, utf8("new")),
      FileError,
      `Cannot write "${path}": something else is in its place; move it away, or choose another folder (the previous content is kept)`,
    );
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["x.bin"]);
  }));

Deno.test("folderStore() reads, renames and removes", () =>
  withFolder(async (folder) => {
    const store = folderStore(folder);
    assertEquals([await store.readText("a/b.txt"), await store.exists("a")], [undefined, false]);
    await store.write("a/b.txt", utf8("text"));
    await store.rename("a", "c");
    assertEquals([await store.readText("c/b.txt"), await store.exists("a")], ["text", false]);
    await store.remove("c");
    await store.remove("c");
    assertEquals(await store.exists("c"), false);
  }));
