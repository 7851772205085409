/** The optimiser over the flat parameters of a model. */
import { formatShape } from "../src/base/shape.ts";
import type { Device } from "../src/core/device.ts";
import { recordProgram } from "../src/core/program.ts";
import { tensorOf } from "../src/core/tensor.ts";
import { finiteGuard } from "../src/optim/finite_guard.ts";
import { makeOptimizer } from "../src/optim/optimizers/mod.ts";
import { STEP_SCALARS, stepScalars } from "../src/optim/step_scalars.ts";
import { adamwStep } from "../tests/reference/adamw.ts";
import { noise, requireClose, samples, tolerance } from "./check.ts";
import type { CaseMaker, MemoryCase } from "./memory_cases.ts";
import { OPTIMIZER } from "./training.ts";

const { name, lr, weight_decay: weightDecay } = OPTIMIZER;

/** The case of `count` parameters; its first step is checked. */
export function optimizerCase(device: Device, count: number): CaseMaker {
  return { name, build: () => build(device, count) };
}

function build(device: Device, count: number): MemoryCase {
  const start = noise(count, 0), slopes = noise(count, 500_000);
  const values = tensorOf(device, start, [count], "f32", "parameters");
  const gradients = tensorOf(device, slopes, [count], "f32", "gradients");
  const optimizer = makeOptimizer(OPTIMIZER, { values, decayed: count });
  const scalars = tensorOf(device, stepScalars(optimizer.scalars(1, lr)), [STEP_SCALARS], "f32", "scalars");
  const clip = tensorOf(device, [1, 1], [2], "f32", "clip");
  const decision = finiteGuard(device);
  return {
    name,
    tensor: formatShape([count]),
    counted: "4 read, 3 written, in f32",
    bytes: 7 * 4 * count,
    async record() {
      device.scope(() => decision.decide(scalars, clip));
      const program = await recordProgram(device, () => {
        optimizer.step({ gradients, scalars, clip, decision });
        return [];
      });
      const free = () => [program, optimizer, decision].forEach((part) => part.free());
      return { program: { ...program, free }, results: [values] };
    },
    async check({ program, results }) {
      program.run();
      const updated = await results[0].read(); // GPU sync point
      const at = samples(count, 1000);
      const pick = (from: Float32Array) => Float64Array.from(at, (i) => from[i]);
      const zeros = new Float64Array(at.length);
      const state = { param: pick(start), m: zeros, v: zeros };
      const right = adamwStep(state, pick(slopes), { ...OPTIMIZER, weightDecay, step: 1 });
      requireClose(name, at.map((i) => updated[i]), [...right.param], tolerance("f32", 1));
    },
  };
}
