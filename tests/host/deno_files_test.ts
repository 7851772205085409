import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { FileError } from "../../src/base/errors.ts";
import { appendText } from "../../src/host/deno_files.ts";
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
