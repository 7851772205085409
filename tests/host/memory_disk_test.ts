/** A disk in memory does what Deno's does, for every call, in a random order. */
import { assertEquals, assertRejects } from "@std/assert";
import { MissingError } from "../../src/base/errors.ts";
import { rng } from "../../src/base/rng.ts";
import { appendBytes, appendText, folderStore, linkAtomic, openTree } from "../../src/host/deno_files.ts";
import { openFile, readFile } from "../../src/host/deno_file_source.ts";
import { filesBelow } from "../../src/host/deno_disk.ts";
import { writeAtomic, writeParts } from "../../src/host/deno_writing.ts";
import { type Disk, memoryDisk } from "../../src/host/memory_disk.ts";

/** Deno's own files. */
const real: Disk = {
  appendBytes,
  appendText,
  filesBelow,
  folderStore,
  linkAtomic,
  openFile,
  openTree,
  readFile,
  writeAtomic,
  writeParts,
};

const NAMES = ["a.txt", "b/c.txt", "b/d/e.bin", "b/f", "g.txt"];

/** A random change, by its number, below a folder. */
async function change(disk: Disk, root: string, seed: number): Promise<void> {
  const random = rng(seed, "disk"), pick = () => NAMES[Math.floor(random.uniform() * NAMES.length)];
  const bytes = Uint8Array.from(
    { length: 1 + Math.floor(random.uniform() * 5) },
    () => random.uniform() * 256,
  );
  const to = pick(), from = pick();
  switch (Math.floor(random.uniform() * 7)) {
    case 0:
      return await disk.writeAtomic(`${root}/${to}`, bytes);
    case 1:
      return await disk.writeParts(`${root}//${to}`, [bytes, bytes]);
    case 2:
      return await disk.appendText(`${root}/${to}`, "ä line\n");
    case 3:
      return await disk.appendBytes(`${root}/./${to}`, bytes);
    case 4:
      if (!await disk.folderStore(root).exists(from) || from === to) return;
      return await disk.linkAtomic(`${root}/${from}`, `${root}/${to}`);
    case 5:
      return await disk.folderStore(root).remove(to);
    default:
      return await disk.folderStore(`${root}/b`).write("own.txt", bytes); // which no link shares
  }
}

/** All that a disk says of a folder. */
async function contents(disk: Disk, root: string) {
  const files = await disk.filesBelow(root), store = disk.folderStore(root);
  const sorted = files.map(({ path, bytes, names }) => ({ path: path.slice(root.length + 1), bytes, names }))
    .sort((a, b) => a.path < b.path ? -1 : 1);
  const read = await Promise.all(NAMES.map(async (name) => ({
    text: await store.readText(name),
    exists: await store.exists(name),
    whole: await disk.readFile(`${root}/${name}`).then((bytes) => [...bytes], (error) => error.name),
  })));
  return { sorted, read, names: (await store.names("")).sort(), below: (await store.names("b")).sort() };
}

Deno.test("a disk in memory does what a real one does", async () => {
  const root = await Deno.makeTempDir({ prefix: "wgrad_disk_" }), memory = memoryDisk();
  const here = root.slice(1);
  try {
    for (let seed = 0; seed < 120; seed++) {
      await change(real, root, seed);
      await change(memory, here, seed);
      const [expected, found] = [await contents(real, root), await contents(memory, here)];
      // Folders stay on a real disk when their files are gone.
      const only = (names: string[]) => names.filter((name) => name !== "b" && name !== "d");
      assertEquals(
        { ...found, names: only(found.names), below: only(found.below) },
        { ...expected, names: only(expected.names), below: only(expected.below) },
        `after change ${seed}`,
      );
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("a disk in memory renames folders, and names what is missing", async () => {
  const disk = memoryDisk();
  await disk.appendText("runs/a/x.txt", "one");
  await disk.folderStore("runs").rename("a", "b");
  assertEquals(await (await disk.openTree("runs")).paths(), ["b/x.txt"]);
  assertEquals((await disk.openFile("runs/b/x.txt")).size, 3);
  await assertRejects(() => disk.readFile("runs/a/x.txt"), MissingError, `Cannot read "runs/a/x.txt"`);
  await assertRejects(() => disk.openTree("runs/a"), Error, `Cannot open "runs/a"`);
});
