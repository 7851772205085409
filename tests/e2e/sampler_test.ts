import { assertEquals, assertMatch } from "@std/assert";
import { e2eTest } from "../rings.ts";
import { cli, tiny, withFolder } from "./cli.ts";

e2eTest(
  "train draws by data.sampler, and says that the loss's class weights are off then",
  () =>
    withFolder(async (folder) => {
      const args = ["data.sampler.mode=auto", "data.sampler.num_samples=40", "trainer.tune_kernels=false"];
      const { code, out, error } = await cli("train", [...tiny(folder), ...args]);
      assertEquals(code, 0, error);
      assertMatch(out, /note: loss\.class_weights=balanced is off/);
      const lines = (await Deno.readTextFile(`${folder}/run/metrics.jsonl`)).trim().split("\n");
      const epoch = lines.map((line) => JSON.parse(line)).find((line) => "val/acc_top1" in line);
      assertEquals(epoch.step, 3); // 40 images in batches of 16
    }),
);
