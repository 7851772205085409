/**
 * Ten steps of ResNets on matrix units, in 16-mixed and in f32 that is split, beside the same steps in f32. The system's
 * software GPU has no matrix units; `tests/mesa_next.sh deno test --config=deno.dev.json --no-check -A
 * tests/soak/matrix_units_soak.ts` runs this on one that has. It compiles for minutes (`MESA_NEXT_SECONDS=1800`);
 * `NETWORKS=a,b` chooses.
 */
import { assert, assertEquals } from "@std/assert";
import { startTraining } from "../../bench/training.ts";
import { type Matmul, openDevice } from "../../src/core/device.ts";
import { findMatrixUnit } from "../../src/core/matrix_unit.ts";
import type { ModelName } from "../../src/nn/models/mod.ts";
import type { Precision } from "../../src/nn/parameters.ts";
import { testGpu } from "../rings.ts";

const STEPS = 10, LEARNING_RATE = 1e-4, PLAN = { size: 32, batch: 4, classes: 10 };
/** How far losses may be from f32's: those of the reference's trajectories (src/parity/trajectory.ts). */
const FORMATS: Readonly<Record<string, { precision: Precision; matmul: Matmul; tolerance: number }>> = {
  "16-mixed": { precision: "16-mixed", matmul: "f32", tolerance: 2e-2 },
  "32-true by split products": { precision: "32-true", matmul: "split", tolerance: 5e-5 },
};
const names = Deno.env.get("NETWORKS")?.split(",") as ModelName[] | undefined ??
  ["resnet18", "resnet34", "resnet50"];
const gpu = await testGpu().catch(() => undefined), adapter = await gpu?.requestAdapter();
const ignore = !adapter || !("unit" in findMatrixUnit(adapter));
if (ignore) console.log("ignored: the adapter has no matrix units");

/** The losses of ten steps on one batch. */
async function losses(model: ModelName, precision: Precision, matmul: Matmul): Promise<number[]> {
  const device = await openDevice(gpu, matmul);
  try {
    const training = await startTraining(device, { model, ...PLAN, precision, matmul }, "first");
    training.results.restart();
    for (let step = 0; step < STEPS; step++) await training.step.run(training.batch, LEARNING_RATE);
    return await training.losses();
  } finally {
    device.close();
  }
}

const exact = new Map<ModelName, number[]>();

for (const model of names) {
  for (const [format, { precision, matmul, tolerance }] of Object.entries(FORMATS)) {
    Deno.test({
      name: `${STEPS} losses of ${model} in ${format} on matrix units are within ${tolerance} of f32's`,
      ignore,
      async fn() {
        if (!exact.has(model)) exact.set(model, await losses(model, "32-true", "f32"));
        const expected = exact.get(model)!, actual = await losses(model, precision, matmul);
        const largest = Math.max(...expected.map((loss, i) => Math.abs(loss - actual[i])));
        console.log(
          `${model}: ${expected.map((loss) => loss.toFixed(4)).join(" ")}, largest difference ${largest}`,
        );
        assertEquals(actual.length, STEPS);
        assert(expected[0] - expected[STEPS - 1] > .5, "it has not learned");
        assert(largest <= tolerance, `${largest}: ${actual.join(" ")}`);
      },
    });
  }
}
