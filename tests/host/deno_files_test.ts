import { assertEquals, assertRejects } from "@std/assert";
import { FileError } from "../../src/base/errors.ts";
import { appendText, writeAtomic } from "../../src/host/deno_files.ts";

/** A file that takes no byte, as on a full disk. */
const FULL = "/dev/full";

Deno.test({
  name: "writeAtomic() on a full disk says so, keeps what was there and leaves nothing beside it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "wgrad_full_" });
    try {
      const path = `${folder}/last`;
      await writeAtomic(path, new Uint8Array([1, 2, 3]));
      await Deno.symlink(FULL, `${path}.tmp`);
      const message =
        `Cannot write "${path}": the disk is full; free some space (the previous content is kept)`;
      await assertRejects(() => writeAtomic(path, new Uint8Array(5)), FileError, message);
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
