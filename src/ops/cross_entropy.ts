import { crossEntropyDgrad } from "../../kernels/cross_entropy_dgrad.ts";
import { crossEntropyForward } from "../../kernels/cross_entropy_forward.ts";
import { crossEntropyMean } from "../../kernels/cross_entropy_mean.ts";
import { type CrossEntropyOptions as KernelOptions, IGNORED } from "../../kernels/cross_entropy_target.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { describe, elementType, requireShape } from "./checks.ts";

const forward = kernel("cross_entropy_forward", crossEntropyForward);
const mean = kernel("cross_entropy_mean", crossEntropyMean);
const dgrad = kernel("cross_entropy_dgrad", crossEntropyDgrad);

/** The label of a row that counts for nothing: the rows that fill up a last batch. */
export const IGNORED_LABEL: number = IGNORED;

/** What the cross-entropy is taken over, and how it is weighted. */
export interface CrossEntropyOptions {
  /** Classes; the logits' further columns are padding. */
  readonly classes: number;
  /** How much of the target is spread over all classes, 0 .. 1. */
  readonly labelSmoothing?: number;
  /** Class weights, f32 [columns]. */
  readonly weights?: Tensor | undefined;
}

/**
 * Cross-entropy, averaged (torch.nn.functional.cross_entropy, reduction "mean"): with labels by their class weights,
 * with probabilities over the rows. Ignored are rows with the label {@link IGNORED_LABEL}, or with probabilities
 * that are all 0. A label beyond the classes makes the loss NaN. Saves for each row the logarithm of its sum of
 * exponentials; backward computes the softmax again.
 * @param logits [N, columns], the classes padded to a multiple of 4
 * @param target labels u32 [N], or probabilities f32 [N, columns]
 * @returns the loss, f32 [1]
 * @throws TypeError if a shape or type does not fit, RangeError if an option is out of its range
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor {
  const op = "cross_entropy", { weights } = options;
  const kernelOptions = smoothedOptions(op, logits, target, options);
  const run: RowLoss["forward"] = (tensors) => forward.run(tensors, kernelOptions);
  return meanLoss({ op, logits, target, weights, options: kernelOptions, slope: false, forward: run });
}

/**
 * The same for each row by itself (reduction "none"): no mean is taken, and ignored rows cost 0.
 * @returns the costs, f32 [N]
 */
export function crossEntropyRows(logits: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor {
  const op = "cross_entropy_rows", { weights } = options;
  const kernelOptions = smoothedOptions(op, logits, target, options), { rows } = kernelOptions;
  const costs = empty(logits.device, [rows], "f32", `${op} costs`);
  const statistics = empty(logits.device, [rows, 4], "f32", `${op} statistics`);
  const inputs = { logits, [kernelOptions.target]: target, ...(weights && { weights }) };
  forward.run({ ...inputs, losses: costs, statistics }, kernelOptions);
  return record(op, [logits], costs, (dcosts) => [
    () => {
      const dlogits = gradientFor(logits); // [N, columns]
      dgrad.run({ ...inputs, statistics, dcosts, dlogits }, { ...kernelOptions, slope: false, ofRows: true });
      return dlogits;
    },
  ]);
}

function smoothedOptions(
  op: string,
  logits: Tensor,
  target: Tensor,
  options: CrossEntropyOptions,
): KernelOptions {
  const { labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new RangeError(`Cannot run ${op} as labelSmoothing must be 0 .. 1: current is ${labelSmoothing}`);
  }
  return { ...lossOptions(op, logits, target, options), labelSmoothing };
}

/** Checks what the losses are given, and says what their kernels need to know. */
export function lossOptions(
  op: string,
  logits: Tensor,
  target: Tensor,
  { classes, weights }: { classes: number; weights?: Tensor | undefined },
): Omit<KernelOptions, "labelSmoothing"> {
  const type = elementType(op, logits);
  const [rows, columns] = logits.shape;
  if (logits.shape.length !== 2 || columns % 4 !== 0) {
    throw new TypeError(
      `Cannot run ${op} as ${
        describe("logits", logits)
      } must have the axes [N, columns], a multiple of 4 columns`,
    );
  }
  if (!(Number.isInteger(classes) && classes >= 1 && classes <= columns)) {
    throw new RangeError(
      `Cannot run ${op} as classes must be 1 .. ${columns} for ${
        describe("logits", logits)
      }: current is ${classes}`,
    );
  }
  const isLabels = target.dtype === "u32";
  if (isLabels) requireShape(op, "labels", target, "[N]", [rows]);
  else requireShape(op, "probabilities", target, "[N, columns]", [rows, columns]);
  if (target.dtype === "f16") {
    throw new TypeError(`Cannot run ${op} as ${describe("probabilities", target)} must be f32`);
  }
  if (weights) requireShape(op, "weights", weights, "[columns]", [columns]);
  return { type, rows, classes, columns, target: isLabels ? "labels" : "probabilities", weighted: !!weights };
}

/** A loss over logits, on its way to its mean. */
export interface RowLoss {
  readonly op: string;
  readonly logits: Tensor;
  readonly target: Tensor;
  readonly weights: Tensor | undefined;
  readonly options: KernelOptions;
  /** Whether the statistics hold a slope, as cross_entropy_dgrad describes. */
  readonly slope: boolean;
  /** Runs the kernel that writes each row's loss and statistics on the tensors that it binds. */
  forward(tensors: Readonly<Record<string, Tensor>>): void;
}

/** The weighted mean of a loss over its rows, recorded with its gradient. */
export function meanLoss({ op, logits, target, weights, options, slope, forward }: RowLoss): Tensor {
  const make = (name: string, shape: number[]) => empty(logits.device, shape, "f32", `${op} ${name}`);
  const losses = make("losses", [options.rows]), statistics = make("statistics", [options.rows, 4]);
  const loss = make("loss", [1]), divisor = make("divisor", [1]);
  const inputs = { logits, [options.target]: target, ...(weights && { weights }) };
  forward({ ...inputs, losses, statistics });
  mean.run({ losses, statistics, loss, divisor }, {});
  return record(op, [logits], loss, (dloss) => [
    () => {
      const dlogits = gradientFor(logits); // [N, columns]
      dgrad.run({ ...inputs, statistics, divisor, dloss, dlogits }, { ...options, slope, ofRows: false });
      return dlogits;
    },
  ]);
}
