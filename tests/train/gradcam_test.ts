/** GradCAM against PyTorch with hooks (tests/fixtures/maker/gradcam.py). */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { rng } from "../../src/base/rng.ts";
import { imagesToEngine } from "../../src/nn/layout.ts";
import { architecture, createModel } from "../../src/nn/models/mod.ts";
import { evalImages, type TrajectorySizes } from "../../src/parity/formula.ts";
import { startState } from "../../src/parity/trajectory_run.ts";
import { enlarged } from "../../src/plots/heat.ts";
import { gradcam, heatLayer } from "../../src/train/gradcam.ts";
import { deviceTest } from "../core/fixtures.ts";
import { randomNormal } from "../reference/random.ts";

interface Cases extends TrajectorySizes {
  readonly upsampled_shape: [height: number, width: number];
  readonly cases: readonly {
    readonly layer: string;
    readonly chosen: number[] | null;
    readonly explained: number[];
    readonly logits: number[];
    readonly shape: [n: number, h: number, w: number];
    readonly heat_f64: number[];
    readonly upsampled: number[];
  }[];
}

const given: Cases = JSON.parse(
  Deno.readTextFileSync(new URL("../fixtures/parity/gradcam.json", import.meta.url)),
);

function expectNear(actual: ArrayLike<number>, expected: readonly number[], limit: number, what: string) {
  assertEquals(actual.length, expected.length, what);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i])), 0);
  assert(worst <= limit, `${what} differs by ${worst}`);
}

for (const precision of ["32-true", "16-mixed"] as const) {
  deviceTest(`gradcam() gives the maps of PyTorch with hooks, in ${precision}`, async (device) => {
    const { batch, size, classes, seed, cases, upsampled_shape: [height, width] } = given;
    const limit = precision === "32-true" ? 1e-4 : 2e-2;
    const model = createModel(device, "resnet18", { classes, seed: 0, precision });
    model.parameters.load(startState(model, seed));
    const images = imagesToEngine([batch, 3, size, size], evalImages(given));
    for (const { layer, chosen, explained, logits, shape: [n, h, w], heat_f64, upsampled } of cases) {
      const cam = gradcam(device, model, { imageSize: size, batchSize: batch + 2, layer });
      const all = await cam.run(images, batch, chosen ?? undefined);
      assertEquals([...all.classes], explained);
      assertEquals(all.maps.map((map) => [map.height, map.width]), Array(n).fill([h, w]));
      expectNear(all.logits, logits, limit, "a logit");
      expectNear(all.maps.flatMap(({ heat }) => [...heat]), heat_f64, limit, `heat in ${layer}`);
      const large = all.maps.flatMap((map) => [...enlarged(map, width, height).heat]);
      expectNear(large, upsampled, limit, "enlarged heat");
      cam.free();
    }
    model.parameters.free();
  });
}

deviceTest(
  "gradcam() explains a model of which only the head learns, and gives its memory back",
  async (device) => {
    const images = Float32Array.from(randomNormal(rng(5, "images"), 2 * 64 * 64 * 4));
    const models = [[], ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4"]].map((freeze) =>
      createModel(device, "resnet18", { classes: 5, seed: 3, freeze })
    );
    const before = device.pool.stats().live;
    const [learning, frozen] = await Promise.all(models.map(async (model) => {
      const cam = gradcam(device, model, { imageSize: 64, batchSize: 2 });
      const { maps } = await cam.run(images, 2, [4, 0]);
      assertEquals(cam.layer, "layer3.1.relu_1");
      await assertRejects(
        () => cam.run(images, 2, [4, 5]),
        RangeError,
        "class 5: the model has classes 0 to 4",
      );
      await assertRejects(() => cam.run(images, 3), RangeError, "at most 2");
      cam.free();
      return maps;
    }));
    assertEquals(frozen, learning);
    assertEquals(device.pool.stats().live, before);
    assertThrows(
      () => gradcam(device, models[0], { imageSize: 64, batchSize: 1, layer: "layer5" }),
      ConfigError,
      "did you mean layer1?",
    );
  },
);

Deno.test("heatLayer() is the last that has rows and columns enough to say where", () => {
  const layers = architecture({ name: "resnet50" }, 10).stages.flat();
  const of = (size: number) => heatLayer(layers, size).split(".")[0];
  assertEquals([224, 128, 97, 96, 64, 32, 16, 8].map(of), [
    "layer4",
    "layer4",
    "layer4",
    "layer3",
    "layer3",
    "layer2",
    "layer1",
    "relu",
  ]);
});
