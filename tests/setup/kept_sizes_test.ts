import { assertEquals } from "@std/assert";
import { loadConfig } from "../../src/config/mod.ts";
import { reductionOf } from "../../src/data/transforms/kept_size.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { configuredPipelines, describeReduced } from "../../src/setup/kept_sizes.ts";

/** Of train and valid with these overrides. */
function reductions(...overrides: string[]) {
  const config = loadConfig(denoConfigFiles(), ["data.image_size=224", ...overrides]);
  const pipelines = configuredPipelines(config);
  return (["train", "valid"] as const).map((split) => reductionOf(config.data, pipelines, split));
}

const side = (side: number) => ({ side, stretched: false });

Deno.test("the presets keep twice image_size of train, or what their crops need, and valid as it is resized", () => {
  assertEquals(reductions("transforms=upright"), [side(448), side(224)]);
  assertEquals(reductions("transforms=stretched"), [side(448), { side: 224, stretched: true }]);
  assertEquals(reductions("transforms=default"), [side(915), side(256)]);
  assertEquals(reductions("transforms=basketball_jersey"), [side(915), side(256)]);
});

Deno.test("data.cache_size sets the size of train, and full keeps every pixel", () => {
  assertEquals(reductions("data.cache_size=600"), [side(600), side(224)]);
  assertEquals(reductions("data.cache_size=full"), [undefined, undefined]);
  assertEquals(
    reductions("transforms.train=[{gaussian_blur: {kernel_size: 3}}, {random_resized_crop: {}}]"),
    [
      undefined,
      side(224),
    ],
  );
});

Deno.test("describeReduced() says what is reduced, and nothing where nothing is", () => {
  assertEquals(describeReduced({ reduced: undefined }), undefined);
  assertEquals(
    describeReduced({ reduced: { images: 12, reduction: side(448) } }),
    "12 images of train reduced to 448 px on the shorter side once decoded; data.cache_size=full keeps the size",
  );
});
