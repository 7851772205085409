/**
 * adamw.json and the like: clipping by norm and an optimiser over several recorded steps, against PyTorch. Parameters are
 * in the engine's layouts, as a model's are.
 */
import * as z from "zod";
import { elements, roundUp, type Shape } from "../base/shape.ts";
import type { Device } from "../core/device.ts";
import { recordProgram } from "../core/program.ts";
import { persistent } from "../core/tensor.ts";
import { engineShape, type Layout, toEngine, toTorch } from "../nn/layout.ts";
import { clipByNorm } from "../optim/clip.ts";
import { finiteGuard } from "../optim/finite_guard.ts";
import { DEFAULT_OPTIMIZER, makeOptimizer, type OptimizerName, optimizers } from "../optim/optimizers/mod.ts";
import type { HiddenMatrix } from "../optim/optimizers/optimizer.ts";
import { STEP_SCALARS, stepScalars } from "../optim/step_scalars.ts";
import type { ParityCase, Suite } from "./case.ts";
import { byEach, compare, type Comparison } from "./compare.ts";
import type { CaseFolder, CaseTensors } from "./folder.ts";

/** For each parameter after each step, relative to its largest magnitude in the run, and for each norm. */
const OPTIMIZER_TOLERANCE = 2e-6;

/** The parameters' of an optimiser that amplifies rounding: Newton-Schulz takes small singular values times 485. */
const TOLERANCES: Readonly<Partial<Record<OptimizerName, number>>> = { muon: 2e-5 };

/** PyTorch's options have the same names as ours. */
const options = z.looseObject({ lr: z.number() });

/** An optimiser and its options, as given in a file. */
export const chosenOptimizer = options.extend({
  name: z.enum(Object.keys(optimizers) as OptimizerName[]).default(DEFAULT_OPTIMIZER),
});

const run = z.object({
  shapes: z.array(z.array(z.int().positive())),
  /** The parameters of hidden layers, if the optimiser treats them by themselves. */
  hidden: z.array(z.int().min(0)).default([]),
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

/** A parameter in the flat buffer. */
interface Place {
  readonly layout: Layout;
  readonly torchShape: Shape;
  readonly shape: Shape;
  readonly start: number;
}

/** Elements at whose multiples parameters start, as a model's. */
const ALIGNMENT = 128;

/** The place of each parameter, and the buffer's size. */
function places(shapes: readonly Shape[]): { places: Place[]; size: number } {
  let size = 0;
  const places = shapes.map((torchShape): Place => {
    const layout = torchShape.length === 1 ? "vector" : torchShape.length === 2 ? "matrix" : "filter";
    const shape = engineShape(layout, torchShape), start = size;
    size += roundUp(elements(shape), ALIGNMENT);
    return { layout, torchShape, shape, start };
  });
  return { places, size };
}

/** A parameter of a hidden layer as its optimiser gets it. */
function hiddenMatrix({ torchShape: [outputs, ...inputs], shape, start }: Place): HiddenMatrix {
  const columns = shape.at(-1)!;
  return { start, rows: elements(shape) / columns, columns, outputs, inputs: elements(inputs) };
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
  const { name } = run, { places: all, size } = places(run.shapes);
  const flat = (key: (i: number) => string) => {
    const values = new Float32Array(size);
    all.forEach(({ layout, torchShape, start }, i) =>
      values.set(toEngine(layout, torchShape, tensors.values(key(i))), start)
    );
    return values;
  };
  const values = persistent(device, [size], "f32", "parity parameters");
  const gradients = persistent(device, [size], "f32", "parity gradients");
  const scalars = persistent(device, [STEP_SCALARS], "f32", "parity step scalars");
  const clip = persistent(device, [2], "f32", "parity norm and clip factor");
  const optimizer = makeOptimizer({ name: run.optimizer, ...run.options }, {
    values,
    decayed: size,
    matrices: run.hidden.map((i) => hiddenMatrix(all[i])),
  });
  const tolerance = TOLERANCES[run.optimizer] ?? OPTIMIZER_TOLERANCE;
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
    all.forEach(({ layout, torchShape, shape, start }, i) => {
      const key = `${name}/p${i}/step${step}`, expected = tensors.values(key);
      const actual = toTorch(layout, torchShape, after.subarray(start, start + elements(shape)));
      const measure = { tolerance, scale: () => largest[i] };
      comparisons.push(compare(`p${i} of step ${step}`, actual, expected, measure));
    });
  }
  comparisons.push(compare("norms", norms, run.norms, byEach(run.norms, OPTIMIZER_TOLERANCE, 1)));
  for (const part of [program, optimizer, decision, values, gradients, scalars, clip]) part.free();
  return comparisons;
}
