/** AdamW over the flat parameters of a model. */
import { formatShape } from "../src/base/shape.ts";
import type { Device } from "../src/core/device.ts";
import { recordProgram } from "../src/core/program.ts";
import { tensorOf } from "../src/core/tensor.ts";
import { adamw } from "../src/optim/adamw.ts";
import { STEP_SCALARS } from "../src/optim/step_scalars.ts";
import { adamwStep } from "../tests/reference/adamw.ts";
import { noise, requireClose, samples, tolerance } from "./check.ts";
import type { CaseMaker, MemoryCase } from "./memory_cases.ts";

const OPTIONS = { betas: [0.9, 0.999], eps: 1e-8, weightDecay: 1e-2 } as const;
const LR = 1e-3;

/** The case of `count` parameters; its first step is checked. */
export function adamwCase(device: Device, count: number): CaseMaker {
  return { name: "adamw", build: () => build(device, count) };
}

function build(device: Device, count: number): MemoryCase {
  const start = noise(count, 0), slopes = noise(count, 500_000);
  const values = tensorOf(device, start, [count], "f32", "parameters");
  const gradients = tensorOf(device, slopes, [count], "f32", "gradients");
  const optimizer = adamw({ values, gradients, decayed: count }, OPTIONS);
  const scalars = tensorOf(device, optimizer.scalars(1, LR), [STEP_SCALARS], "f32", "scalars");
  const clip = tensorOf(device, [1, 1], [2], "f32", "clip");
  return {
    name: "adamw",
    tensor: formatShape([count]),
    counted: "4 read, 3 written, in f32",
    bytes: 7 * 4 * count,
    async record() {
      const program = await recordProgram(device, () => (optimizer.step(scalars, clip), []));
      const free = () => (program.free(), optimizer.free());
      return { program: { ...program, free }, results: [values] };
    },
    async check({ program, results }) {
      program.run();
      const updated = await results[0].read(); // GPU sync point
      const at = samples(count, 1000);
      const pick = (from: Float32Array) => Float64Array.from(at, (i) => from[i]);
      const zeros = new Float64Array(at.length);
      const state = { param: pick(start), m: zeros, v: zeros };
      const right = adamwStep(state, pick(slopes), { ...OPTIONS, lr: LR, step: 1 });
      requireClose("adamw", at.map((i) => updated[i]), [...right.param], tolerance("f32", 1));
    },
  };
}
