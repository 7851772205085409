/**
 * trajectory_*.json: training steps of a whole network, recorded and replayed as in a run, against PyTorch.
 *
 * Different summation orders occasionally move a ReLU's input across 0, which changes single gradients by more than
 * rounding does. PyTorch itself, run once channels first and once channels last, differs in a parameter's gradient
 * norm by up to 2.7e-3, and in single gradients by more. So where many parameters are compared, half of them must be
 * within the tolerance, and all within ten times the tolerance.
 */
import * as z from "zod";
import { largest } from "../base/lists.ts";
import { DataError } from "../base/errors.ts";
import { elements, type Shape } from "../base/shape.ts";
import type { Device } from "../core/device.ts";
import type { Precision, StateTensor } from "../nn/parameters.ts";
import { type ModelName, modelNames } from "../nn/models/mod.ts";
import { chosenOptimizer } from "./optimizers.ts";
import type { ParityCase, Row, Suite } from "./case.ts";
import { absolute, byEach, byLargest, compare, type Comparison, type Measure } from "./compare.ts";
import type { CaseFolder } from "./folder.ts";
import { gradientRow } from "./trajectory_gradients.ts";
import { runTrajectory, type TrajectoryRun } from "./trajectory_run.ts";

/** Absolute, at each step. */
const LOSS_TOLERANCE = 5e-5;
/** Absolute, at each step, with activations and filters in f16. */
const MIXED_LOSS_TOLERANCE = 2e-2;
/** For the first step's gradient norms, relative to each. */
const NORM_TOLERANCE = 1e-3;
/** For the norms of later steps, which also differ because earlier steps did. PyTorch's float32 is off by 1.3e-4. */
const LATER_NORM_TOLERANCE = 5e-3;
/** Relative to the largest. */
const EVAL_LOGITS_TOLERANCE = 1e-3;
/** For the first step, relative to the largest. PyTorch's float32 is off by 2e-6. */
const LOGITS_TOLERANCE = 1e-4;
/** For single gradients, relative to their parameter's root mean square. PyTorch's float32 is off by 1.3e-2. */
const GRADIENT_TOLERANCE = 5e-2;
/**
 * For single parameters after the last step, relative to lr * steps, about the distance an adaptive optimiser moves.
 */
const PARAMETER_TOLERANCE = 5e-2;
/** For running means and variances, relative to their root mean square. PyTorch's float32 is off by 4e-5. */
const STATISTICS_TOLERANCE = 1e-3;
/**
 * The least norm that gradients are compared by, relative to the largest: some are zero but for rounding, as that of a
 * bias that the next norm takes away. PyTorch's float32 is off by 1e-8.
 */
const LEAST_NORM = 1e-5;
/** The share of parameters that must be within the tolerance, and the factor by which the others may exceed it. */
const MOST = .5, OUTLIERS = 10;

const digest = z.object({ norm: z.number(), first: z.array(z.number()) });
const step = z.object({
  loss: z.number(),
  loss_f64: z.number().optional(),
  grad_norm: z.number(),
  grad_norm_f64: z.number().optional(),
  labels: z.array(z.int()),
});
const firstStep = step.extend({ logits: z.array(z.number()), grads: z.record(z.string(), digest) });
const table = z.object({
  arch: z.string(),
  options: z.record(z.string(), z.unknown()).optional(),
  batch: z.int().positive(),
  size: z.int().positive(),
  classes: z.int().positive(),
  seed: z.string(),
  optimizer: chosenOptimizer,
  clip_norm: z.number(),
  label_smoothing: z.number(),
  steps: z.tuple([firstStep], step),
  eval_logits: z.array(z.number()),
  eval_logits_f64: z.array(z.number()).optional(),
  gradients: z.array(z.object({ file: z.string(), rounding: z.number(), rounding_f16: z.number() }))
    .optional(),
  final: z.record(z.string(), digest),
});

/** A trajectory as described by its file. */
export type Trajectory = z.output<typeof table>;
type Digest = z.output<typeof digest>;

/** True for the files that these cases read. */
export function isTrajectory(file: string): boolean {
  return /^trajectory_.*\.json$|^gradients_.*\.safetensors$/.test(file);
}

/** The trajectories of a folder. */
export async function trajectoryCases(folder: CaseFolder): Promise<Suite> {
  const files = folder.files.filter((file) => /^trajectory_.*\.json$/.test(file));
  const read = await Promise.all(files.map(async (file) => {
    return { name: file.slice(0, -".json".length), given: await folder.json(file, table) };
  }));
  const isKnown = ({ given: { arch } }: typeof read[number]) => (modelNames as string[]).includes(arch);
  return {
    cases: read.filter(isKnown).map(({ name, given }): ParityCase => {
      const arch = given.arch as ModelName, { gradients: kept } = given;
      const whole = async (device: Device, precision: Precision) => {
        const rows: Row[] = [];
        const run = await runTrajectory(device, arch, given, {
          precision,
          ...(kept && {
            onGradients: async (step, gradients) => {
              const { file, rounding, rounding_f16: roundingF16 } = kept[step];
              const exact = await folder.tensors(file);
              rows.push(
                gradientRow(`${name} step ${step + 1}`, gradients, {
                  precision,
                  exact,
                  rounding,
                  roundingF16,
                }),
              );
            },
          }),
        });
        return { run, rows };
      };
      return {
        name,
        gpu: true,
        run: async (device) => {
          const single = await whole(device, "32-true"), mixed = await whole(device, "16-mixed");
          return [
            ...trajectoryRows(name, given, single.run),
            ...single.rows,
            mixedRow(name, given, mixed.run),
            ...mixed.rows,
          ];
        },
      };
    }),
    notCovered: read.filter((one) => !isKnown(one)).map(({ given: { arch } }) => arch),
  };
}

/** The losses in mixed precision, against PyTorch's in f32. */
export function mixedRow(name: string, { steps }: Trajectory, run: TrajectoryRun): Row {
  const losses = steps.map(({ loss }) => loss);
  const comparison = compare("in 16-mixed", run.losses, losses, absolute(MIXED_LOSS_TOLERANCE));
  return { name: `${name} losses`, comparisons: [comparison] };
}

/** The rows of a trajectory, in the order in which errors would arise. */
export function trajectoryRows(name: string, given: Trajectory, run: TrajectoryRun): Row[] {
  const { steps: [first, ...later], eval_logits: evalLogits, optimizer, steps } = given;
  const losses = steps.map(({ loss }) => loss);
  const row = (part: string, comparisons: Comparison[], note?: string): Row => {
    return { name: `${name} ${part}`, comparisons, ...(note && { note }) };
  };
  const labels = steps.flatMap(({ labels }) => labels);
  const rows = [
    row(
      "losses",
      [
        compare(`${losses.length} losses`, run.losses, losses, absolute(LOSS_TOLERANCE)),
        compare("labels", run.labels.flat(), labels, absolute(0)),
      ],
      roundingNote(losses, steps.map(({ loss_f64: twin }) => twin), LOSS_TOLERANCE),
    ),
    row("logits", [compare("logits", run.logits, first.logits, byLargest(first.logits, LOGITS_TOLERANCE))]),
  ];
  const norm = [first.grad_norm], laterNorms = later.map(({ grad_norm: norm }) => norm);
  const totals = [compare("norm", run.norms.slice(0, 1), norm, byEach(norm, NORM_TOLERANCE, 1))];
  if (later.length > 0) {
    const measure = byEach(laterNorms, LATER_NORM_TOLERANCE, 1);
    totals.push(compare("later norms", run.norms.slice(1), laterNorms, measure));
  }
  const { statistics, parameters } = splitFinal(given.final);
  const reach = optimizer.lr * steps.length;
  const learnt = compareDigests(name, run.final, parameters, PARAMETER_TOLERANCE, () => reach);
  const descent = compareDigests(
    name,
    run.gradients,
    first.grads,
    GRADIENT_TOLERANCE,
    rootMeanSquare,
    LEAST_NORM,
  );
  const keptStatistics = () => {
    const kept = compareDigests(name, run.final, statistics, STATISTICS_TOLERANCE, rootMeanSquare);
    return [kept.norms, kept.values];
  };
  const evaluated = byLargest(evalLogits, EVAL_LOGITS_TOLERANCE);
  rows.push(
    row("gradient norm", totals),
    row("gradients", [descent.norms, descent.values]),
    row("parameters", [learnt.norms, learnt.values]),
    ...(Object.keys(statistics).length > 0 ? [row("statistics", keptStatistics())] : []), // only batch norms have some
    row(
      "evaluation",
      [compare("logits", run.evalLogits, evalLogits, evaluated)],
      roundingNote(evalLogits, given.eval_logits_f64 ?? [], EVAL_LOGITS_TOLERANCE * evaluated.scale(0)),
    ),
  );
  return rows;
}

/** Reports the share of the tolerance taken by PyTorch's own rounding: its float32 against its float64. */
function roundingNote(
  values: readonly number[],
  twins: readonly (number | undefined)[],
  tolerance: number,
): string | undefined {
  if (twins.length !== values.length || twins.includes(undefined)) return undefined;
  const error = values.reduce((most, value, i) => Math.max(most, Math.abs(value - twins[i]!)), 0);
  return `(PyTorch's own rounding: ${(100 * error / tolerance).toFixed(1)} %)`;
}

function splitFinal(final: Trajectory["final"]) {
  const isStatistic = ([name]: [string, Digest]) => /\.running_(mean|var)$/.test(name);
  const entries = Object.entries(final);
  return {
    statistics: Object.fromEntries(entries.filter(isStatistic)),
    parameters: Object.fromEntries(entries.filter((entry) => !isStatistic(entry))),
  };
}

function rootMeanSquare({ norm }: Digest, shape: Shape): number {
  return norm / Math.sqrt(elements(shape)) || 1;
}

/**
 * Compares each tensor's norm, relative to it, and its first values, relative to `scale`; both of norms that are at
 * least a share `least` of the largest.
 */
function compareDigests(
  trajectory: string,
  state: ReadonlyMap<string, StateTensor>,
  digests: Readonly<Record<string, Digest>>,
  tolerance: number,
  scale: (digest: Digest, shape: Shape) => number,
  least = 0,
): { norms: Comparison; values: Comparison } {
  const names = Object.keys(digests);
  const tensors = names.map((name) => {
    const tensor = state.get(name);
    if (tensor) return tensor;
    throw new DataError(`Cannot run ${trajectory}: the model has no "${name}", which the reference names`);
  });
  const norms = names.map((name) => digests[name].norm), floor = least * largest(norms);
  const scales = norms.map((norm) => Math.max(norm, floor) || 1);
  const normMeasure = {
    tolerance: NORM_TOLERANCE,
    scale: (i: number) => scales[i],
    name: (i: number) => `the norm of ${names[i]}`,
  };
  const firsts = names.flatMap((name, at) =>
    digests[name].first.map((expected, i) => ({
      expected,
      actual: tensors[at].values[i],
      scale: scale({ ...digests[name], norm: Math.max(digests[name].norm, floor) }, tensors[at].shape),
      name: `${name}[${i}]`,
    }))
  );
  const measure: Measure = { tolerance, scale: (i) => firsts[i].scale, name: (i) => firsts[i].name };
  return {
    norms: compareMost(
      `${names.length} norms`,
      tensors.map(({ values }) => normOf(values)),
      norms,
      normMeasure,
    ),
    values: compareMost(
      "first values",
      firsts.map(({ actual }) => actual),
      firsts.map(({ expected }) => expected),
      measure,
    ),
  };
}

/**
 * Compares by the rule for many parameters; the share is that of whichever limit is closer. The number beyond the
 * tolerance itself, which pass only by the rule, is appended to `what`.
 */
export function compareMost(
  what: string,
  actual: readonly number[],
  expected: readonly number[],
  measure: Measure,
): Comparison {
  const all = compare(what, actual, expected, measure);
  if (!Number.isFinite(all.error)) return all;
  const errors = expected.map((value, i) => Math.abs(actual[i] - value) / measure.scale(i)).sort((a, b) =>
    a - b
  );
  const beyond = errors.filter((error) => error > measure.tolerance).length;
  const most = errors[Math.max(0, Math.ceil(MOST * errors.length) - 1)] ?? 0;
  return {
    ...all,
    what: beyond > 0 ? `${what} (${beyond} beyond ${measure.tolerance})` : what,
    share: Math.max(most, all.error / OUTLIERS) / measure.tolerance,
  };
}

/** The Euclidean norm, summed in float64. */
function normOf(values: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i] * values[i];
  return Math.sqrt(squares);
}
