import { assert, assertEquals, assertMatch } from "@std/assert";
import { readSafetensors } from "../../src/formats/safetensors.ts";
import { EVALUATED } from "../../src/train/checkpoint_weights.ts";
import { e2eTest } from "../rings.ts";
import { cli, tiny, withFolder } from "./cli.ts";

e2eTest(
  "compat=reference trains by focal loss, with averages from the first step and class weights kept",
  () =>
    withFolder(async (folder) => {
      const args = [
        "compat=reference",
        "loss.name=focal",
        "data.sampler.mode=auto",
        "callbacks.ema={warmup_steps: 1000}",
      ];
      const { code, out, error } = await cli("train", [...tiny(folder), ...args]);
      assertEquals(code, 0, error);
      assertMatch(out, /^ {2}note: compat=reference repeats the original/m);
      assert(!out.includes("class_weights=balanced is off"), out);
      const bytes = await Deno.readFile(`${folder}/checkpoints/train/last.safetensors`);
      assertEquals(readSafetensors(bytes).metadata.get(EVALUATED), "averages");
    }),
);
