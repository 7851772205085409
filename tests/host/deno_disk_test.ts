import { assertEquals } from "@std/assert";
import { temporaryName } from "../../src/base/temporary_name.ts";
import { filesBelow, isAbandoned } from "../../src/host/deno_disk.ts";
import { tryLock } from "../../src/host/deno_lock.ts";
import { openTemporary } from "../../src/host/deno_temporaries.ts";
import { describeDiskUse, freedBytes, usedBytes } from "../../src/setup/disk_use.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "wgrad_disk_" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("files count once for all their names, and free nothing while one of them stays", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/run/weights`, { recursive: true });
    await Deno.mkdir(`${folder}/checkpoints`);
    await Deno.writeFile(`${folder}/checkpoints/best`, new Uint8Array(100));
    await Deno.writeFile(`${folder}/checkpoints/last`, new Uint8Array(20));
    await Deno.link(`${folder}/checkpoints/best`, `${folder}/run/weights/best`);
    await Deno.symlink(`${folder}/checkpoints`, `${folder}/run/link`);
    const all = await filesBelow(folder), checkpoints = await filesBelow(`${folder}/checkpoints`);
    const link = Deno.lstatSync(`${folder}/run/link`).size;
    assertEquals(all.map(({ path }) => path.slice(folder.length + 1)).sort(), [
      "checkpoints/best",
      "checkpoints/last",
      "run/link",
      "run/weights/best",
    ]);
    assertEquals([usedBytes(all), freedBytes(all)], [120 + link, 120 + link]);
    assertEquals([usedBytes(checkpoints), freedBytes(checkpoints)], [120, 20]);
    assertEquals(await filesBelow(`${folder}/nothing`), []);
  }));

Deno.test("a run's disk use is its folder's, and that of its checkpoints where it is not the same", async () => {
  const sizes: Record<string, number> = {
    "run/a": 2.5,
    "run/checkpoints/b": 1,
    "checkpoints/train/b": 1,
    "checkpoints/train/c": 3,
  };
  const filesBelow = (path: string) =>
    Promise.resolve(
      Object.entries(sizes).filter(([name]) => name.startsWith(path)).map(([name, mib]) => {
        return { path: name, bytes: mib * 2 ** 20, id: name.at(-1)!, names: 1, modified: 0 };
      }),
    );
  const line = (checkpoints: string) => describeDiskUse({ filesBelow }, { folder: "run", checkpoints });
  assertEquals(await line("checkpoints/train"), "3.5 MiB in run, 3.0 MiB more in checkpoints/train");
  assertEquals(await line("run/checkpoints"), "3.5 MiB in run");
});

Deno.test("locks and temporaries are abandoned when their process has ended, and those of others never", () =>
  inFolder(async (folder) => {
    const at = (name: string) => `${folder}/${name}`;
    const lock = await tryLock(at("data"), "tests"), temporary = await openTemporary(at("file"));
    const drawn = temporaryName(at("data"));
    await Deno.mkdir(drawn);
    const paths = [
      at("data.lock.1"),
      temporary.path,
      drawn,
      at("free.lock.1"),
      at("other.lock.1"),
      at("x.tmp"),
    ];
    await Deno.writeTextFile(
      at("free.lock.1"),
      JSON.stringify({ what: "trains", pid: 9, machine: Deno.hostname(), since: "2026-05-31" }) + "\n",
    );
    await Deno.writeTextFile(at("other.lock.1"), "lock of another program\n");
    await Deno.writeTextFile(at("x.tmp"), "");
    const abandoned = async () => {
      const found = await Promise.all(paths.map(async (path) => await isAbandoned(path) ? [path] : []));
      return found.flat();
    };
    assertEquals(await abandoned(), [at("free.lock.1")]);
    temporary.file.close();
    if (lock.isOurs) await lock.release();
    assertEquals(await abandoned(), [temporary.path, drawn, at("free.lock.1")]);
  }));
