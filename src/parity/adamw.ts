/** adamw.json: clipping by norm and AdamW over several steps, through a recorded program, against PyTorch. */
import * as z from "zod";
import { elements, roundUp, type Shape } from "../base/shape.ts";
import type { Device } from "../core/device.ts";
import { recordProgram } from "../core/program.ts";
import { persistent } from "../core/tensor.ts";
import { adamw } from "../optim/adamw.ts";
import { STEP_SCALARS } from "../optim/step_scalars.ts";
import { clipByNorm } from "../optim/clip.ts";
import type { ParityCase, Row, Suite } from "./case.ts";
import { byEach, compare, type Comparison } from "./compare.ts";
import type { CaseFolder, CaseTensors } from "./folder.ts";

/** Of each parameter after each step, relative to its largest magnitude in all of the run, and of each norm. */
export const ADAMW_TOLERANCE = 2e-6;

/** The options of torch.optim.AdamW as the files give them. */
export const adamwOptions = z.object({
  lr: z.number(),
  betas: z.tuple([z.number(), z.number()]),
  eps: z.number(),
  weight_decay: z.number(),
});

const run = z.object({
  shapes: z.array(z.array(z.int().positive())),
  options: adamwOptions,
  clip_norm: z.number(),
  steps: z.int().positive(),
  norms: z.array(z.number()),
});
const table = z.object({ runs: z.record(z.string(), run) });

type Run = z.output<typeof run>;

/** The runs of adamw.json. */
export async function adamwCases(folder: CaseFolder): Promise<Suite> {
  const { runs } = await folder.json("adamw.json", table);
  const tensors = await folder.tensors("adamw.safetensors");
  const cases = Object.entries(runs).map(([name, run]): ParityCase => ({
    name: `adamw_${name}`,
    gpu: true,
    run: async (device) => [await runAdamw(device, name, run, tensors)],
  }));
  return { cases, notCovered: [] };
}

/** Where each parameter starts in the flat buffer, and the buffer's size. */
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
 * The largest magnitude of a parameter from the start to the last step: a lone value may come close to 0 between
 * two steps, and what it loses to rounding then is still that of its steps.
 */
function largestOf({ steps }: Run, values: (step: string) => ArrayLike<number>): number {
  let largest = 0;
  for (const step of ["init", ...Array.from({ length: steps }, (_, i) => `step${i}`)]) {
    for (const value of Array.from(values(step))) largest = Math.max(largest, Math.abs(value));
  }
  return largest || 1;
}

/** Runs all steps, and compares norms and parameters. */
async function runAdamw(device: Device, name: string, run: Run, tensors: CaseTensors): Promise<Row> {
  const { starts, size } = places(run.shapes);
  const flat = (key: (i: number) => string) => {
    const values = new Float32Array(size);
    starts.forEach((start, i) => values.set(tensors.values(key(i)), start));
    return values;
  };
  const values = persistent(device, [size], "f32", "parity parameters");
  const gradients = persistent(device, [size], "f32", "parity gradients");
  const scalars = persistent(device, [STEP_SCALARS], "f32", "parity step scalars");
  const clip = persistent(device, [2], "f32", "parity norm and clip factor");
  const { betas, eps, lr, weight_decay: weightDecay } = run.options;
  const optimizer = adamw({ values, gradients, decayed: size }, { betas, eps, weightDecay });
  const program = await recordProgram(device, () => {
    clipByNorm(gradients, clip, run.clip_norm);
    optimizer.step(scalars, clip);
    return [];
  });
  values.write(flat((i) => `${name}/p${i}/init`));
  const largest = run.shapes.map((_, i) => largestOf(run, (step) => tensors.values(`${name}/p${i}/${step}`)));
  const comparisons: Comparison[] = [], norms: number[] = [];
  for (let step = 0; step < run.steps; step++) {
    gradients.write(flat((i) => `${name}/g${i}/step${step}`));
    scalars.write(optimizer.scalars(step + 1, lr));
    program.run();
    norms.push((await clip.read())[0]); // GPU sync point
    const after = await values.read(); // GPU sync point
    starts.forEach((start, i) => {
      const key = `${name}/p${i}/step${step}`, expected = tensors.values(key);
      const actual = after.subarray(start, start + elements(run.shapes[i]));
      const measure = { tolerance: ADAMW_TOLERANCE, scale: () => largest[i] };
      comparisons.push(compare(`p${i} of step ${step}`, actual, expected, measure));
    });
  }
  comparisons.push(compare("norms", norms, run.norms, byEach(run.norms, ADAMW_TOLERANCE, 1)));
  program.free();
  optimizer.free();
  for (const tensor of [values, gradients, scalars, clip]) tensor.free();
  return { name: `adamw_${name}`, comparisons };
}
