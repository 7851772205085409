import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { e2eTest } from "../rings.ts";
import { cli, sharedRun, tiny, withFolder } from "./cli.ts";
import { writeDirty } from "./dirty_folder.ts";

/** Enough to learn two batches by heart. */
const EPOCHS = 8;

/** One batch of each split of a dataset that the cheap checks find fault with. */
const fastRun = sharedRun(async (folder) => {
  await writeDirty(`${folder}/data`);
  return [
    ...tiny(folder, 3).filter((arg) => !arg.startsWith("data.")),
    "data=image_folder",
    `data.data_root=${folder}/data`,
    "data.image_size=32",
    "data.batch_size=16",
    "trainer.fast_dev_run=1",
  ];
});

e2eTest("trainer.fast_dev_run goes through everything once and keeps no checkpoint", async () => {
  const { folder, out } = await fastRun();
  assertMatch(out, /^ +0\/0 /m);
  assertNotMatch(out, /^best /m);
  assertEquals((await metrics(folder)).findLast(({ step }) => step !== undefined)?.step, 1);
  assert(!await isThere(`${folder}/checkpoints`), "A checkpoint was written");
});

e2eTest("train says before the first epoch what the cheap checks find", async () => {
  const { out } = await fastRun();
  const says = /^health {2}1 error \(same image with two labels\); .* deno task stats \S+\/data$/m;
  assertMatch(out, says);
  assert(out.search(says) < out.search(/^ +0\/0 /m), out);
});

e2eTest(
  "trainer.overfit_batches learns images by heart, and validates on the very same",
  () =>
    withFolder(async (folder) => {
      const overrides = [
        "trainer.overfit_batches=2",
        "transforms.train=[normalize]",
        "optimizer.lr=1e-3",
        "callbacks={report: {}}",
      ];
      const { code, error } = await cli("train", [...tiny(folder, EPOCHS), ...overrides]);
      assertEquals(code, 0, error);
      const epochs = (await metrics(folder)).filter((row) => "val/acc_top1" in row);
      assertEquals(
        epochs.map(({ step }) => step),
        Array.from({ length: EPOCHS }, (_, epoch) => 2 * epoch + 2),
      );
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
