import { crossEntropyDgrad } from "../../kernels/cross_entropy_dgrad.ts";
import { crossEntropyForward } from "../../kernels/cross_entropy_forward.ts";
import { crossEntropyMean } from "../../kernels/cross_entropy_mean.ts";
import type { CrossEntropyOptions as KernelOptions } from "../../kernels/cross_entropy_target.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { describe, elementType, requireShape } from "./checks.ts";
import { requireTarget, type Target } from "./target.ts";

const forward = kernel("cross_entropy_forward", crossEntropyForward);
const mean = kernel("cross_entropy_mean", crossEntropyMean);
const dgrad = kernel("cross_entropy_dgrad", crossEntropyDgrad);

/** The classes and weighting of the cross-entropy. */
export interface CrossEntropyOptions {
  /** Number of classes; the logits' further columns are padding. */
  readonly classes: number;
  /** The share of the target that is spread over all classes, 0 .. 1. */
  readonly labelSmoothing?: number;
  /** Class weights, f32 [columns]. */
  readonly weights?: Tensor | undefined;
}

/**
 * Mean cross-entropy (torch.nn.functional.cross_entropy, reduction "mean"): with class indices weighted by their
 * class weights, with probabilities over the rows, where class weights are factors within a row. Ignored rows do not
 * count. An index beyond the classes makes the loss NaN. Saves for each row the logarithm of its sum of exponentials;
 * backward recomputes the softmax.
 * @param logits [N, columns], the classes padded to a multiple of 4
 * @returns the loss, f32 [1]
 * @throws TypeError if a shape or type does not fit, RangeError if an option is out of its range
 */
export function crossEntropy(logits: Tensor, target: Target, options: CrossEntropyOptions): Tensor {
  const op = "cross_entropy", { weights } = options;
  const kernelOptions = smoothedOptions(op, logits, target, options);
  return meanLoss({
    ...{ op, logits, target, weights },
    forward: (tensors) => forward.run(tensors, kernelOptions),
    dgrad: (tensors) => dgrad.run(tensors, { ...kernelOptions, slope: false, ofRows: false }),
  });
}

/**
 * The same for each row separately (reduction "none"): no mean is taken, and ignored rows cost 0.
 * @returns the costs, f32 [N]
 */
export function crossEntropyRows(logits: Tensor, target: Target, options: CrossEntropyOptions): Tensor {
  const op = "cross_entropy_rows", { weights } = options;
  const kernelOptions = smoothedOptions(op, logits, target, options), { rows } = kernelOptions;
  const costs = empty(logits.device, [rows], "f32", `${op} costs`);
  const statistics = empty(logits.device, [rows, 4], "f32", `${op} statistics`);
  const inputs = { logits, [target.kind]: target.values, ...(weights && { weights }) };
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
  target: Target,
  options: CrossEntropyOptions,
): KernelOptions {
  const { labelSmoothing = 0 } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new RangeError(`Cannot run ${op}: labelSmoothing must be 0 .. 1, current is ${labelSmoothing}`);
  }
  return { ...lossOptions(op, logits, target, options), labelSmoothing };
}

/** Checks the inputs of a loss, and returns the options of its kernels. */
export function lossOptions(
  op: string,
  logits: Tensor,
  target: Target,
  { classes, weights }: { classes: number; weights?: Tensor | undefined },
): Omit<KernelOptions, "labelSmoothing"> {
  const type = elementType(op, logits);
  const [rows, columns] = logits.shape;
  if (logits.shape.length !== 2 || columns % 4 !== 0) {
    throw new TypeError(
      `Cannot run ${op}: ${
        describe("logits", logits)
      } must have the axes [N, columns], a multiple of 4 columns`,
    );
  }
  if (!(Number.isInteger(classes) && classes >= 1 && classes <= columns)) {
    throw new RangeError(
      `Cannot run ${op}: classes must be 1 .. ${columns} for ${
        describe("logits", logits)
      }, current is ${classes}`,
    );
  }
  requireTarget(op, target, rows, columns);
  if (weights) requireShape(op, "weights", weights, "[columns]", [columns]);
  return { type, rows, classes, columns, target: target.kind, weighted: !!weights };
}

/** A loss over logits, before its mean is taken. */
export interface RowLoss {
  readonly op: string;
  readonly logits: Tensor;
  readonly target: Target;
  readonly weights: Tensor | undefined;
  /** Runs the kernel that writes each row's loss and statistics with the given bindings. */
  forward(tensors: Readonly<Record<string, Tensor>>): void;
  /** The same for the kernel that writes dlogits from the statistics. */
  dgrad(tensors: Readonly<Record<string, Tensor>>): void;
}

/** The weighted mean of a loss over its rows, recorded with its gradient. */
export function meanLoss({ op, logits, target, weights, forward, dgrad }: RowLoss): Tensor {
  const [rows] = logits.shape;
  const make = (name: string, shape: number[]) => empty(logits.device, shape, "f32", `${op} ${name}`);
  const losses = make("losses", [rows]), statistics = make("statistics", [rows, 4]);
  const loss = make("loss", [1]), divisor = make("divisor", [1]);
  const inputs = { logits, [target.kind]: target.values, ...(weights && { weights }) };
  forward({ ...inputs, losses, statistics });
  mean.run({ losses, statistics, loss, divisor }, {});
  return record(op, [logits], loss, (dloss) => [
    () => {
      const dlogits = gradientFor(logits); // [N, columns]
      dgrad({ ...inputs, statistics, divisor, dloss, dlogits });
      return dlogits;
    },
  ]);
}
