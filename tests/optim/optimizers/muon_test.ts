import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../src/base/errors.ts";
import { rng } from "../../../src/base/rng.ts";
import { persistent } from "../../../src/core/tensor.ts";
import { INPUT } from "../../../src/nn/layers/layer.ts";
import { chain } from "../../../src/nn/layers/mod.ts";
import { buildModel } from "../../../src/nn/model.ts";
import { makeOptimizer } from "../../../src/optim/optimizers/mod.ts";
import { STEP_SCALARS, stepScalars } from "../../../src/optim/step_scalars.ts";
import { deviceTest } from "../../core/fixtures.ts";
import { difference } from "../../reference/compare.ts";
import { newtonSchulz64 } from "../../reference/muon.ts";
import { randomNormal } from "../../reference/random.ts";

const BLOCK = 128, lr = 0.1, decay = 0.5;
/** Blocks: a frozen filter, two matrices, of which the second learns at half the rate, the head, and a vector. */
const rates = [1, 1, 0.5, 1, 1], size = BLOCK * rates.length;
const matrices = [
  { start: BLOCK, rows: 8, columns: 16, outputs: 16, inputs: 8 },
  { start: 2 * BLOCK, rows: 12, columns: 8, outputs: 5, inputs: 9 },
];
const newton = { coefficients: [3.4445, -4.775, 2.0315], steps: 5, eps: 1e-7 } as const;

for (const maxValue of [undefined, 0.3]) {
  deviceTest(`muon moves matrices by their own rates, with values of at most ${maxValue}`, async (device) => {
    const zeros = (length: number) => persistent(device, [length]);
    const [values, gradients, scalars, clip, table, taken] = [size, size, STEP_SCALARS, 2, 5, 2].map(zeros);
    const halves = persistent(device, [4 * BLOCK], "f16"), { live } = device.pool.stats();
    const start = randomNormal(rng(1, "values"), size), gradient = randomNormal(rng(1, "gradients"), size);
    for (const { start: at, rows, columns } of matrices) {
      gradient.fill(0, at + rows * columns, at + BLOCK);
      start.fill(0, at + rows * columns, at + BLOCK);
    }
    const flat = { values, halves, rates: table, decayed: 4 * BLOCK, matrices };
    const optimizer = makeOptimizer({ name: "muon", lr, weight_decay: decay, adamw_lr: 0.01 }, {
      ...flat,
      trained: [BLOCK, size],
    });
    values.write(start);
    gradients.write(gradient);
    table.write(rates);
    clip.write([1, 0.25]);
    scalars.write(stepScalars(optimizer.scalars(1, lr)));
    const decision = { taken, skips: false, decide: () => {}, free: () => {} };
    const step = async (isTaken: number) => {
      taken.write([isTaken, 1]);
      device.scope(() => optimizer.step({ gradients, scalars, clip, maxValue, decision }));
      return await values.read();
    };
    assertEquals(await step(0), start);
    assertEquals(await optimizer.states.get("muon.m")!.read(), new Float32Array(size));
    const after = await step(1);
    assertEquals(after.subarray(0, BLOCK), start.subarray(0, BLOCK));
    for (const [i, { start: at, rows, columns, outputs, inputs }] of matrices.entries()) {
      const part = (all: Float32Array) => Float64Array.from(all.subarray(at, at + rows * columns));
      const clipped = part(gradient).map((g) => Math.min(maxValue ?? 9, Math.max(-(maxValue ?? 9), g / 4)));
      const direction = newtonSchulz64(clipped, rows, columns, newton), rate = lr * rates[i + 1];
      const moved = rate * Math.sqrt(Math.max(1, outputs / inputs));
      const expected = part(start).map((p, i) => p * (1 - rate * decay) - moved * direction[i]);
      const actual = after.subarray(at, at + expected.length);
      const worst = { op: "muon", name: `matrix ${i}`, actual, expected, tolerance: 1e-5 };
      assert(difference(worst).share <= 1, JSON.stringify(difference(worst)));
    }
    // The first step of Adam moves each element by its rate.
    const rest = 3 * BLOCK, kept = 1 - 0.01 * decay;
    after.subarray(rest).forEach((p, i) => {
      const expected = start[rest + i] * kept - 0.01 * Math.sign(gradient[rest + i]);
      assert(Math.abs(p - expected) < 1e-5, `element ${i} is ${p}, expected ${expected}`);
    });
    const copies = Float32Array.from(Float16Array.from(after.subarray(BLOCK, 4 * BLOCK)));
    assertEquals((await halves.read()).subarray(BLOCK), copies);
    optimizer.free();
    assertEquals(device.pool.stats().live, live);
  });
}

deviceTest("muon takes the filters of a model that are trained, and not its head", (device) => {
  const conv = (name: string, from: number, to: number, kernel: number, groups = 1) =>
    ({ kind: "conv", name, from, to, kernel, stride: 1, padding: 0, groups }) as const;
  const layers = chain(INPUT, [
    conv("stem", 3, 8, 3),
    conv("deep", 8, 8, 3, 8),
    conv("wide", 8, 10, 1),
    conv("grouped", 10, 12, 3, 2),
    { kind: "global_avg_pool", name: "mean" },
    { kind: "linear", name: "fc", from: 12, to: 3 },
  ]);
  const { parameters, head } = buildModel(device, { name: "small", classes: 3, stages: [layers] }, {
    seed: 1,
    freeze: ["stem"],
  });
  const found = parameters.hiddenMatrices(head.parameters).map(({ start, ...sizes }) => {
    assert(start >= parameters.trained[0] && start < parameters.decayed && start % BLOCK === 0);
    return sizes;
  });
  assertEquals(found, [
    { rows: 8, columns: 12, outputs: 10, inputs: 8 },
    { rows: 72, columns: 12, outputs: 12, inputs: 45 },
  ]);
  const { values, decayed } = parameters;
  assertThrows(
    () => makeOptimizer({ name: "muon" }, { values, decayed, matrices: [] }),
    ConfigError,
    "no filter or matrix of a hidden layer is trained: give optimizer=adamw",
  );
});
