import { toFloat32 } from "../../src/formats/safetensors.ts";
import { type AdamWState, adamwStep, clipGradNorm } from "./adamw.ts";
import { assertClose } from "./compare.ts";
import { referenceTest } from "./folder.ts";
import { type OpCase, runOpCase } from "./op_cases.ts";

/** What PyTorch's float32 rounding leaves; in batch norm on large means, that of the mean over the deviation. */
const tolerances = { default: 2e-6, batch_norm_train: 1e-5 };

referenceTest("The naive loops give PyTorch's outputs and gradients", "ops.json", (folder) => {
  const tensors = folder.tensors("ops.safetensors");
  for (const test of folder.json<{ cases: OpCase[] }>("ops.json").cases) {
    const tolerance = test.op === "batch_norm_train" ? tolerances.batch_norm_train : tolerances.default;
    runOpCase(test, tensors, (name, actual, expected) => {
      assertClose({ op: test.name, name, actual, expected, tolerance });
    });
  }
});

interface AdamWRun {
  shapes: number[][];
  options: { lr: number; weight_decay: number; betas: [number, number]; eps: number };
  clip_norm: number;
  steps: number;
  norms: number[];
}

referenceTest("The naive AdamW and clipping give PyTorch's parameters and norms", "adamw.json", (folder) => {
  const tensors = folder.tensors("adamw.safetensors");
  const get = (key: string) => Float64Array.from(toFloat32(tensors.get(key)!));
  const { runs } = folder.json<{ runs: Record<string, AdamWRun> }>("adamw.json");
  for (const [run, { shapes, options, clip_norm, steps, norms }] of Object.entries(runs)) {
    let states: AdamWState[] = shapes.map((_, i) => {
      const param = get(`${run}/p${i}/init`);
      return { param, m: new Float64Array(param.length), v: new Float64Array(param.length) };
    });
    for (let step = 0; step < steps; step++) {
      const clipped = clipGradNorm(shapes.map((_, i) => get(`${run}/g${i}/step${step}`)), clip_norm);
      const check = (name: string, actual: ArrayLike<number>, expected: ArrayLike<number>) =>
        assertClose({ op: `adamw ${run} step ${step}`, name, actual, expected, tolerance: 1e-6 });
      check("norm", [clipped.norm], [norms[step]]);
      states = states.map((state, i) =>
        adamwStep(state, clipped.gradients[i], {
          ...options,
          weightDecay: options.weight_decay,
          step: step + 1,
        })
      );
      for (const [i, { param }] of states.entries()) check(`p${i}`, param, get(`${run}/p${i}/step${step}`));
    }
  }
});
