import { assertAlmostEquals, assertEquals } from "@std/assert";
import { convFlops, convsOf } from "../../bench/convs.ts";
import { openDevice } from "../../src/core/device.ts";
import { forwardFlops } from "../../src/nn/flops.ts";
import { type ModelName, modelNames, resnet } from "../../src/nn/resnet.ts";
import { gpuTest } from "../rings.ts";

/** Multiply-adds at 224 pixels and 1,000 classes in units of 1e9, as torchvision 0.20 lists them (`_ops`). */
const TORCHVISION: Record<ModelName, number> = { resnet18: 1.814, resnet34: 3.664, resnet50: 4.089 };

gpuTest(
  "forwardFlops() is twice torchvision's multiply-adds, and the sum over all convolutions",
  async () => {
    const device = await openDevice(navigator.gpu);
    for (const name of modelNames) {
      const model = resnet(device, name, { classes: 1000, seed: 1 });
      assertAlmostEquals(forwardFlops(model, 224) / 2e9, TORCHVISION[name], 6e-4);
      for (const size of [32, 97, 224]) {
        const convs = convsOf(name, size).reduce((sum, conv) => sum + convFlops(conv, 1), 0);
        const features = name === "resnet50" ? 2048 : 512;
        assertEquals(forwardFlops(model, size), convs + 2 * 1000 * features);
      }
    }
    device.close();
  },
);
