import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cli, withFolder } from "./cli.ts";
import { writeDirty } from "./dirty_folder.ts";

Deno.test("stats leaves no run behind, and its corrections make the dataset pass --strict", () =>
  withFolder(async (folder) => {
    await writeDirty(`${folder}/data`);
    const data = ["data=image_folder", `data.data_root=${folder}/data`, `hydra.run.dir=${folder}/run`];
    const strict = await cli("stats", [
      ...data,
      "--strict",
      "--patch",
      `${folder}/fix.jsonl`,
      `--html=${folder}/p.html`,
    ]);
    assertEquals(strict.code, 3, strict.error);
    assertStringIncludes(strict.out, "train/1/0.jpg  train/23/copy.jpg (same bytes)");
    assertMatch(strict.error, /^DataError: Cannot pass .* 1 error and 0 warnings/);
    assertMatch(await Deno.readTextFile(`${folder}/p.html`), /^<!doctype html>/);
    const fixed = await cli("stats", [...data, "--strict", `data.patch=${folder}/fix.jsonl`]);
    assertEquals([fixed.code, fixed.error], [0, ""]);
    assertStringIncludes(fixed.out, "dropped 2 samples");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "data",
      "fix.jsonl",
      "p.html",
    ]);
  }));
