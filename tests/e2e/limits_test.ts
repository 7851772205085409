import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { e2eTest } from "../rings.ts";
import { cli, tiny, withFolder } from "./cli.ts";

e2eTest(
  "trainer.fast_dev_run goes through everything once and keeps no checkpoint",
  () =>
    withFolder(async (folder) => {
      const { code, out, error } = await cli("train", [...tiny(folder, 3), "trainer.fast_dev_run=1"]);
      assertEquals(code, 0, error);
      assertMatch(out, /^ +1\/1 /m);
      assertNotMatch(out, /^best /m);
      assertEquals((await metrics(folder)).findLast(({ step }) => step !== undefined)?.step, 1);
      assert(!await isThere(`${folder}/checkpoints`), "A checkpoint was written");
    }),
);

e2eTest(
  "trainer.overfit_batches learns images by heart, and validates on the very same",
  () =>
    withFolder(async (folder) => {
      const overrides = [
        "trainer.overfit_batches=2",
        "trainer.tune_kernels=false",
        "transforms.train=[normalize]",
        "optimizer.lr=1e-3",
      ];
      const { code, error } = await cli("train", [...tiny(folder, 12), ...overrides]);
      assertEquals(code, 0, error);
      const epochs = (await metrics(folder)).filter((row) => "val/acc_top1" in row);
      assertEquals(epochs.map(({ step }) => step), Array.from({ length: 12 }, (_, epoch) => 2 * epoch + 2));
      assertEquals(epochs.at(-1)!["val/acc_top1"], 1);
      const { valid } = JSON.parse(await Deno.readTextFile(`${folder}/run/report.json`));
      assertEquals(valid.indices, Array.from({ length: 32 }, (_, i) => i));
    }),
);

async function metrics(folder: string): Promise<Record<string, number>[]> {
  const lines = (await Deno.readTextFile(`${folder}/run/metrics.jsonl`)).trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

function isThere(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
