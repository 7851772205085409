/** adamw.json and the like: clipping by norm and an optimiser over several recorded steps, against PyTorch. */
import * as z from "zod";
import { elements, roundUp, type Shape } from "../base/shape.ts";
import type { Device } from "../core/device.ts";
import { recordProgram } from "../core/program.ts";
import { persistent } from "../core/tensor.ts";
import { clipByNorm } from "../optim/clip.ts";
import { finiteGuard } from "../optim/finite_guard.ts";
import { DEFAULT_OPTIMIZER, makeOptimizer, type OptimizerName, optimizers } from "../optim/optimizers/mod.ts";
import { STEP_SCALARS, stepScalars } from "../optim/step_scalars.ts";
import type { ParityCase, Suite } from "./case.ts";
import { byEach, compare, type Comparison } from "./compare.ts";
import type { CaseFolder, CaseTensors } from "./folder.ts";

/** For each parameter after each step, relative to its largest magnitude in the run, and for each norm. */
const OPTIMIZER_TOLERANCE = 2e-6;

/** PyTorch's options have the same names as ours. */
const options = z.looseObject({ lr: z.number() });

/** An optimiser and its options, as given in a file. */
export const chosenOptimizer = options.extend({
  name: z.enum(Object.keys(optimizers) as OptimizerName[]).default(DEFAULT_OPTIMIZER),
});

const run = z.object({
  shapes: z.array(z.array(z.int().positive())),
  options,
  clip_norm: z.number(),
  steps: z.int().positive(),
  norms: z.array(z.number()),
});
const table = z.object({ runs: z.record(z.string(), run) });

/** A run of one optimiser, under its name in the files. */
interface Run extends z.output<typeof run> {
  readonly optimizer: OptimizerName;
  readonly name: string;
}

/** The runs in an optimiser's file. */
export async function optimizerCases(folder: CaseFolder, optimizer: OptimizerName): Promise<Suite> {
  const { runs } = await folder.json(`${optimizer}.json`, table);
  const tensors = await folder.tensors(`${optimizer}.safetensors`);
  const cases = Object.entries(runs).map(([name, run]): ParityCase => ({
    name: `${optimizer}_${name}`,
    gpu: true,
    run: async (device) => [{
      name: `${optimizer}_${name}`,
      comparisons: await runSteps(device, { ...run, optimizer, name }, tensors),
    }],
  }));
  return { cases, notCovered: [] };
}

/** The offset of each parameter in the flat buffer, and the buffer's size. */
function places(shapes: readonly Shape[]): { starts: number[]; size: number } {
  let size = 0;
  const starts = shapes.map((shape) => {
    const start = size;
    size += roundUp(elements(shape), 4);
    return start;
  });
  return { starts, size };
}

/**
 * The largest magnitude of a parameter from the first to the last step: a single value may come close to 0 between
 * two steps, while its rounding error is still that of the steps.
 */
function largestOf({ steps }: Run, values: (step: string) => ArrayLike<number>): number {
  let largest = 0;
  for (const step of ["init", ...Array.from({ length: steps }, (_, i) => `step${i}`)]) {
    for (const value of Array.from(values(step))) largest = Math.max(largest, Math.abs(value));
  }
  return largest || 1;
}

/** Runs all steps, and compares norms and parameters. */
async function runSteps(device: Device, run: Run, tensors: CaseTensors): Promise<Comparison[]> {
  const { name } = run, { starts, size } = places(run.shapes);
  const flat = (key: (i: number) => string) => {
    const values = new Float32Array(size);
    starts.forEach((start, i) => values.set(tensors.values(key(i)), start));
    return values;
  };
  const values = persistent(device, [size], "f32", "parity parameters");
  const gradients = persistent(device, [size], "f32", "parity gradients");
  const scalars = persistent(device, [STEP_SCALARS], "f32", "parity step scalars");
  const clip = persistent(device, [2], "f32", "parity norm and clip factor");
  const optimizer = makeOptimizer({ name: run.optimizer, ...run.options }, { values, decayed: size });
  const decision = finiteGuard(device);
  const program = await recordProgram(device, () => {
    clipByNorm(gradients, clip, run.clip_norm);
    decision.decide(scalars, clip);
    optimizer.step({ gradients, scalars, clip, decision });
    return [];
  });
  values.write(flat((i) => `${name}/p${i}/init`));
  const largest = run.shapes.map((_, i) => largestOf(run, (step) => tensors.values(`${name}/p${i}/${step}`)));
  const comparisons: Comparison[] = [], norms: number[] = [];
  for (let step = 0; step < run.steps; step++) {
    gradients.write(flat((i) => `${name}/g${i}/step${step}`));
    scalars.write(stepScalars(optimizer.scalars(step + 1, run.options.lr), { step: step + 1 }));
    program.run();
    norms.push((await clip.read())[0]); // GPU sync point
    const after = await values.read(); // GPU sync point
    starts.forEach((start, i) => {
      const key = `${name}/p${i}/step${step}`, expected = tensors.values(key);
      const actual = after.subarray(start, start + elements(run.shapes[i]));
      const measure = { tolerance: OPTIMIZER_TOLERANCE, scale: () => largest[i] };
      comparisons.push(compare(`p${i} of step ${step}`, actual, expected, measure));
    });
  }
  comparisons.push(compare("norms", norms, run.norms, byEach(run.norms, OPTIMIZER_TOLERANCE, 1)));
  for (const part of [program, optimizer, decision, values, gradients, scalars, clip]) part.free();
  return comparisons;
}
