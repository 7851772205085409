/**
 * Ten steps of ResNets in 16-mixed on matrix units, beside the same steps in f32. The system's software GPU has no
 * matrix units; `tests/mesa_next.sh deno test --config=deno.dev.json --no-check -A tests/soak/matrix_units_soak.ts` runs
 * this on one that has. It compiles for minutes; `NETWORKS=a,b` chooses.
 */
import { assert, assertEquals } from "@std/assert";
import { startTraining } from "../../bench/training.ts";
import { openDevice } from "../../src/core/device.ts";
import { findMatrixUnit } from "../../src/core/matrix_unit.ts";
import type { ModelName } from "../../src/nn/models/mod.ts";
import type { Precision } from "../../src/nn/parameters.ts";
import { testGpu } from "../rings.ts";

const STEPS = 10, LEARNING_RATE = 1e-4, PLAN = { size: 32, batch: 8, classes: 10 };
const names = Deno.env.get("NETWORKS")?.split(",") as ModelName[] | undefined ??
  ["resnet18", "resnet34", "resnet50"];
const gpu = await testGpu().catch(() => undefined), adapter = await gpu?.requestAdapter();
const ignore = !adapter || !("unit" in findMatrixUnit(adapter));
if (ignore) console.log("ignored: the adapter has no matrix units");

/** The losses of ten steps on one batch. */
async function losses(model: ModelName, precision: Precision): Promise<number[]> {
  const device = await openDevice(gpu);
  try {
    const training = await startTraining(device, { model, ...PLAN, precision }, "first");
    training.results.restart();
    for (let step = 0; step < STEPS; step++) await training.step.run(training.batch, LEARNING_RATE);
    return await training.losses();
  } finally {
    device.close();
  }
}

for (const model of names) {
  Deno.test({
    name: `${STEPS} losses of ${model} in 16-mixed on matrix units are within 2e-2 of f32's`,
    ignore,
    async fn() {
      const exact = await losses(model, "32-true"), mixed = await losses(model, "16-mixed");
      const largest = Math.max(...exact.map((loss, i) => Math.abs(loss - mixed[i])));
      console.log(
        `${model}: ${exact.map((loss) => loss.toFixed(4)).join(" ")}, largest difference ${largest}`,
      );
      assertEquals(mixed.length, STEPS);
      assert(exact[0] - exact[STEPS - 1] > .5, "it has not learned");
      assert(largest <= 2e-2, `${largest}: ${mixed.join(" ")}`);
    },
  });
}
