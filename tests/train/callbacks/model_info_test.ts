import { assertEquals } from "@std/assert";
import { modelInfo } from "../../../src/train/callbacks/model_info.ts";
import { INPUT } from "../../../src/nn/layers/layer.ts";
import { chain } from "../../../src/nn/layers/mod.ts";
import type { Model } from "../../../src/nn/model.ts";
import { drawnRun, json } from "./drawn_run.ts";

Deno.test("model_info says what a model costs at the start, and its memory after the first epoch", async () => {
  const { state, context, files, lines } = drawnRun();
  const parameter = (name: string, torchShape: number[], frozen = false) => ({
    name,
    declaration: { name, torchShape, frozen },
  });
  const parameters = {
    count: 1_234_567,
    parameters: [parameter("conv1.weight", [64, 3, 7, 7], true), parameter("fc.weight", [4, 512])],
  };
  const layers = chain(INPUT, [
    { kind: "conv", name: "conv1", from: 3, to: 64, kernel: 7, stride: 2, padding: 3 },
    { kind: "global_avg_pool", name: "avgpool" },
    { kind: "linear", name: "fc", from: 512, to: 4 },
  ]);
  Object.assign(state, { model: { name: "resnet18", parameters, layers } as unknown as Model });
  const callback = modelInfo(context);
  await callback.fitStart?.(state);
  const info = json(files.get("run/model_info.json"));
  assertEquals(info, {
    model: "resnet18",
    classes: 4,
    image_size: 32,
    parameters: 1_234_567,
    trainable_parameters: 4 * 512,
    forward_flops: 2 * (16 * 16 * 64 * 3 * 49 + 4 * 512),
    bytes: 4_938_268,
    peak_gpu_bytes: null,
  });
  assertEquals(
    lines,
    ["cost    1,234,567 parameters, 2,048 trainable, 4.9 MB; 0.00 GFLOP forward for an image of 32 px\n"],
  );
  await callback.epochEnd?.(state);
  assertEquals(json(files.get("run/model_info.json")).peak_gpu_bytes, 12_300_000);
});
