import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { DataError, FileError } from "../../src/base/errors.ts";
import { openFile } from "../../src/host/deno_file_source.ts";
import { appendBytes, appendText, folderStore, linkAtomic } from "../../src/host/deno_files.ts";
import { openGrowingFile } from "../../src/host/deno_growing_file.ts";
import { tryLock } from "../../src/host/deno_lock.ts";
import { mount, MOUNTS, unmount } from "./mounts.ts";
import { openTemporary } from "../../src/host/deno_temporaries.ts";
import { writeAtomic, writeParts } from "../../src/host/deno_writing.ts";

/** A file that takes no byte, as on a full disk. */
const FULL = "/dev/full";

Deno.test({
  name: "writeParts() on a full disk says so, keeps what was there and leaves nothing beside it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "wgrad_full_" });
    try {
      const path = `${folder}/last`;
      await writeAtomic(path, new Uint8Array([1, 2, 3]));
      const parts = async function* () {
        yield new Uint8Array(5);
        await Deno.writeFile(FULL, new Uint8Array(1));
      };
      const message =
        `Cannot write "${path}": the disk is full; free some space (the previous content is kept)`;
      await assertRejects(() => writeParts(path, parts()), FileError, message);
      const fresh = await assertRejects(() => writeParts(`${folder}/new`, parts()), FileError);
      assertEquals(fresh.message, `Cannot write "${folder}/new": the disk is full; free some space`);
      assertEquals([...await Deno.readFile(path)], [1, 2, 3]);
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["last"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "appendText() on a full disk says so",
  ignore: Deno.build.os !== "linux",
  fn: () => assertRejects(() => appendText(FULL, "line"), FileError, ": the disk is full; free some space"),
});

Deno.test("a write removes what killed processes of this machine left, and nothing else", async () => {
  const folder = await Deno.makeTempDir({ prefix: "wgrad_leftovers_" });
  const namesIn = () => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  const killed = async (name: string) => {
    const code = `import { openTemporary } from "${new URL(
      "../../src/host/deno_temporaries.ts",
      import.meta.url,
    )}";
      await openTemporary("${folder}/${name}");
      Deno.kill(Deno.pid, "SIGKILL");`;
    await new Deno.Command(Deno.execPath(), { args: ["eval", "--no-check", code] }).output();
  };
  try {
    await killed("last");
    const [dead] = namesIn();
    assertMatch(dead, /^last\.[0-9a-z]+-[0-9a-f]{8}\.tmp$/);
    const far = `${folder}/last.elsewhere-01234567.tmp`, old = `${folder}/last.elsewhere-00000000.tmp`;
    for (const path of [far, old, `${folder}/notes.tmp`]) await Deno.writeTextFile(path, "");
    await Deno.utime(old, 0, 0);
    const alive = await openTemporary(`${folder}/best`);
    assertEquals(
      namesIn(),
      [alive.path, far, `${folder}/notes.tmp`].map((path) => path.slice(folder.length + 1)),
    );
    await killed("other"); // sees that "best" is locked
    assertEquals(namesIn().includes(alive.path.slice(folder.length + 1)), true);
    alive.file.close();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a file that is opened is never mixed with one that gets its name meanwhile", async () => {
  const folder = await Deno.makeTempDir({ prefix: "wgrad_replaced_" }), path = `${folder}/best.safetensors`;
  try {
    await writeAtomic(path, new TextEncoder().encode("header tensors"));
    const source = await openFile(path);
    assertEquals(new TextDecoder().decode(await source.read(0, 6)), "header");
    await writeAtomic(path, new TextEncoder().encode("HEADER TENSORS"));
    await assertRejects(
      () => source.read(7, 7),
      DataError,
      `Cannot read "${path}": it was replaced or changed meanwhile; start again`,
    );
    assertEquals(new TextDecoder().decode(await (await openFile(path)).read(7, 7)), "TENSORS");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("linkAtomic() gives a file the content of another, again and again, and between disks", async () => {
  const disks = [await Deno.makeTempDir({ prefix: "wgrad_links_" })];
  const memory = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "wgrad_links_" }).catch(() => undefined);
  if (memory !== undefined) disks.push(memory);
  const from = `${disks[0]}/epoch=00`;
  try {
    for (const [i, disk] of disks.entries()) {
      const to = `${disk}/run/weights/best`;
      for (const content of ["first", "second"]) {
        await writeAtomic(from, new TextEncoder().encode(content));
        for (let times = 0; times < 2; times++) await linkAtomic(from, to);
        assertEquals(await Deno.readTextFile(to), content);
      }
      assertEquals(
        [...Deno.readDirSync(`${disk}/run/weights`)].map(({ name }) => name),
        ["best"],
        `disk ${i}`,
      );
      await writeAtomic(from, new Uint8Array()); // a new file, not the one that was linked
      assertEquals(await Deno.readTextFile(to), "second");
    }
    await assertRejects(() => linkAtomic(`${disks[0]}/none`, `${disks[0]}/link`), Deno.errors.NotFound);
  } finally {
    for (const disk of disks) await Deno.remove(disk, { recursive: true });
  }
});

Deno.test({
  name: "output onto a full disk ends a task with the reason and exit code 6",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const cli = new URL("../../src/cli.ts", import.meta.url).pathname;
    const script = `"${Deno.execPath()}" run --no-check -A "${cli}" completion bash > ${FULL}`;
    const { code, stderr } = await new Deno.Command("sh", { args: ["-c", script] }).output();
    const message = `FileError: Cannot write "standard output": the disk is full; free some space\n`;
    assertEquals([code, new TextDecoder().decode(stderr)], [6, message]);
  },
});

/** How each write is refused by a disk that is full, read-only, or too small; root alone can mount one. */
Deno.test({
  name: "every kind of write explains a full disk, and leaves nothing there",
  ignore: !MOUNTS,
  async fn() {
    const disk = await Deno.makeTempDir({ prefix: "wgrad_small_" });
    const fixed = await Deno.makeTempDir({ prefix: "wgrad_fixed_" });
    await mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", disk);
    try {
      const store = folderStore(disk), bytes = new Uint8Array(100_000);
      const growing = await openGrowingFile(`${disk}/pictures`);
      const writes: [string, () => Promise<unknown>][] = [
        ["whole", () => writeAtomic(`${disk}/whole`, bytes)],
        ["pictures", () => growing.append(bytes)],
        ["lines", () => appendBytes(`${disk}/lines`, bytes)],
        ["one", () => store.write("one", bytes)],
        ["thing.lock", () => tryLock(`${disk}/thing`, "tests")],
      ];
      for (const [name, write] of writes) {
        const error = await assertRejects(write, FileError);
        assertStringIncludes(
          error.message,
          `Cannot write "${disk}/${name}": the disk is full; free some space`,
        );
      }
      growing.close();
      assertEquals([...Deno.readDirSync(disk)].map(({ name }) => name).sort(), ["lines", "one", "pictures"]);
      // A second mount, since the first is busy until the system has let go of what was just closed.
      await mount("--bind", disk, fixed);
      await mount("-o", "remount,bind,ro", fixed);
      const same = folderStore(fixed), whole = () => writeAtomic(`${fixed}/whole`, bytes);
      for (const write of [() => same.remove("one"), () => same.rename("one", "two"), whole]) {
        const error = await assertRejects(write, FileError);
        assertStringIncludes(error.message, "its file system is read-only; choose another folder");
      }
    } finally {
      await unmount(fixed);
      await unmount(disk);
      for (const folder of [fixed, disk]) await Deno.remove(folder);
    }
  },
});

Deno.test("openFile() of a folder says which file a run's folder has", async () => {
  await assertRejects(
    () => openFile("docs"),
    DataError,
    'Cannot open "docs": it is a folder; give a file in it, such as weights/best.safetensors of a run',
  );
});
