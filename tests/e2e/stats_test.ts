import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { encodeJpeg } from "../../src/host/deno_images.ts";
import { waves } from "../data/health/made.ts";
import { cli, tiny, withFolder } from "./cli.ts";
import { e2eTest } from "../rings.ts";

/** Three classes, with one picture under two labels. */
async function writeDirty(root: string): Promise<void> {
  let seed = 1;
  for (const [split, count] of [["train", 11], ["valid", 5], ["test", 5]] as const) {
    for (const name of ["1", "23", "45"]) {
      await Deno.mkdir(`${root}/${split}/${name}`, { recursive: true });
      for (let i = 0; i < count; i++) {
        await Deno.writeFile(`${root}/${split}/${name}/${i}.jpg`, await encodeJpeg(waves(seed++), 92));
      }
    }
  }
  await Deno.copyFile(`${root}/train/1/0.jpg`, `${root}/train/23/copy.jpg`);
}

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

e2eTest("train says before the first epoch what the cheap checks find", () =>
  withFolder(async (folder) => {
    await writeDirty(`${folder}/data`);
    const args = tiny(folder).filter((arg) => !arg.startsWith("data."));
    const data = [
      "data=image_folder",
      `data.data_root=${folder}/data`,
      "data.image_size=32",
      "data.batch_size=16",
    ];
    const { code, out, error } = await cli("train", [...args, ...data, "trainer.tune_kernels=false"]);
    assertEquals(code, 0, error);
    assertMatch(
      out,
      /^health {2}1 error \(same image with two labels\); .* deno task stats data=image_folder data\.data_root=/m,
    );
  }));
