import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { loadConfig, pipelineSteps } from "../../src/config/mod.ts";
import { load } from "../../src/config/mod.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { quietWorld } from "./world.ts";

const files = denoConfigFiles();

function loaded(...overrides: string[]) {
  const request = { sources: [{ provider: "main", files }], root: "train", task: "train", overrides };
  const { config, notes } = load(request, quietWorld);
  const [first] = pipelineSteps(config).eval as { resize: { size: number; interpolation: string } }[];
  const { size: resized, interpolation } = first.resize;
  return { size: config.data.image_size, resized, interpolation, notes };
}

Deno.test("data.image_size=auto is what torchvision evaluated the model's weights at, also how it resized", () => {
  const auto = (model: string, ...more: string[]) =>
    loaded(`model=${model}`, "transforms=default", "data.image_size=auto", ...more);
  assertEquals(auto("resnet18"), {
    size: 224,
    resized: 256,
    interpolation: "bilinear",
    notes: [
      "data.image_size=auto: 224 px, at which torchvision evaluated the weights of resnet18; evaluation resizes to 256",
    ],
  });
  assertEquals(auto("resnet50").resized, 232);
  assertEquals(auto("resnet50", "transforms.eval=[{resize: {ratio: 1.25}}, center_crop, normalize]"), {
    size: 224,
    resized: 280,
    interpolation: "bilinear",
    notes: ["data.image_size=auto: 224 px, at which torchvision evaluated the weights of resnet50"],
  });
  assertEquals(auto("resnet50", "transforms=stretched").resized, 224);
  assertEquals(auto("efficientnet_b0"), {
    size: 224,
    resized: 256,
    interpolation: "bicubic",
    notes: [
      "data.image_size=auto: 224 px, at which torchvision evaluated the weights of efficientnet_b0; evaluation " +
      "resizes to 256 by bicubic filters",
    ],
  });
});

Deno.test("without auto the size is as given, and evaluation resizes in proportion", () => {
  assertEquals(loaded("model=resnet50", "transforms=default", "data.image_size=112"), {
    size: 112,
    resized: 128,
    interpolation: "bilinear",
    notes: [],
  });
  assertThrows(
    () => loadConfig(files, ["data.image_size=large"]),
    ConfigError,
    "Cannot use data.image_size=large",
  );
});
