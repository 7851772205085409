import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DataError, exitCode, MissingError } from "../../src/base/errors.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { filesBelow } from "../../src/host/deno_disk.ts";
import { openFile, readFile } from "../../src/host/deno_file_source.ts";
import { folderStore, openTree } from "../../src/host/deno_files.ts";

Deno.test("what is not there is told apart from what cannot be read, by every reader", async () => {
  const folder = await Deno.makeTempDir({ prefix: "wgrad_unreadable_" });
  const loop = `${folder}/loop`, long = `${folder}/${"x".repeat(300)}`;
  await Deno.symlink("loop", loop);
  const store = folderStore(folder);
  const readers: Record<string, (path: string) => Promise<unknown>> = {
    readFile,
    openFile,
    openTree: (path) => openTree(path),
    readText: (path) => folderStore(path).readText(""),
    exists: (path) => folderStore(path).exists(""),
    names: (path) => folderStore(path).names(""),
    filesBelow,
    // deno-lint-ignore require-await -- a failure becomes a rejection, as of the others
    configFile: async (path) => denoConfigFiles(folder).read(path.slice(folder.length + 1)),
  };
  const reasonOf = async (name: string, path: string) => {
    const error = await assertRejects(() => readers[name](path), Error, undefined, name);
    assert(!(error instanceof MissingError), name);
    assertEquals(exitCode(error), name === "configFile" ? 2 : 3, name);
    return error.message;
  };
  try {
    for (const missing of [`${folder}/none`, `${folder}/none/below`, `${import.meta.filename!}/below`]) {
      for (const name of ["readFile", "openFile", "openTree"]) {
        await assertRejects(() => readers[name](missing), MissingError, "it does not exist");
      }
      const other = folderStore(missing);
      assertEquals([await other.readText(""), await other.exists(""), await other.names("")], [
        undefined,
        false,
        [],
      ]);
      assertEquals(await filesBelow(missing), []);
    }
    for (const name of Object.keys(readers).filter((name) => !["filesBelow", "configFile"].includes(name))) {
      assertEquals(
        await reasonOf(name, loop),
        `Cannot open "${loop}": it is a link that leads back to itself; check the path`,
      );
    }
    for (const name of Object.keys(readers)) {
      assertStringIncludes(await reasonOf(name, long), "its name is too long");
    }
    await Deno.mkdir(`${folder}/folder.yaml`);
    assertStringIncludes(await reasonOf("configFile", `${folder}/folder`), "it is a folder; check the path");
    for (const read of [() => readFile(folder), () => store.readText("")]) {
      await assertRejects(read, DataError, `Cannot open "${folder}": it is a folder; check the path`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
