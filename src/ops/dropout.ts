import { type DropOptions, dropout as dropoutKernel } from "../../kernels/dropout.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import type { Tensor } from "../core/tensor.ts";
import { elementType, requireSame } from "./checks.ts";

export type { DropOptions };

const drop = kernel("dropout", dropoutKernel);
const dropRows = kernel("stochastic_depth", dropoutKernel);

/** How a layer draws, and the scalars that say in which step. */
export interface Drawing extends DropOptions {
  /** The step's scalars on the GPU, f32. */
  readonly scalars: Tensor;
}

/**
 * y = x / keep for each element that is kept, else 0 (torch.nn.functional.dropout). What is kept is drawn from the key,
 * the step and the element's place in the batch, again in backward. Saves nothing.
 * @throws RangeError unless keep is more than 0 and at most 1
 */
export function dropout(x: Tensor, { scalars, ...options }: Drawing): Tensor {
  requireKeep("dropout", options);
  const all = { type: elementType("dropout", x), count: x.size, row: rowOf(x), ofRows: false, ...options };
  const y = x.like("dropout");
  drop.run({ x, scalars, y }, all);
  return record("dropout", [x], y, (dy) => [
    () => {
      const dx = gradientFor(x);
      drop.run({ x: dy, scalars, y: dx }, all);
      return dx;
    },
  ]);
}

/**
 * y = x / keep for each image that is kept, else 0 (torchvision.ops.stochastic_depth in mode "row"), with `z` added to
 * it if there is one: the end of a residual block. Saves nothing.
 * @param x [N, ...]
 * @throws TypeError if z is not like x, RangeError unless keep is more than 0 and at most 1
 */
export function stochasticDepth(x: Tensor, { scalars, ...options }: Drawing, z?: Tensor): Tensor {
  requireKeep("stochastic_depth", options);
  if (z) requireSame("stochastic_depth", { x, z });
  const type = elementType("stochastic_depth", x);
  const all = { type, count: x.size, row: rowOf(x), ofRows: true, ...options };
  const y = x.like("stochastic_depth");
  dropRows.run({ x, scalars, y, ...(z && { z }) }, { ...all, added: z !== undefined });
  return record("stochastic_depth", [x, ...(z ? [z] : [])], y, (dy) => [
    () => {
      const dx = gradientFor(x);
      dropRows.run({ x: dy, scalars, y: dx }, all);
      return dx;
    },
    ...(z ? [() => dy] : []),
  ]);
}

/** Elements of an image. */
function rowOf({ size, shape }: Tensor): number {
  return size / shape[0];
}

function requireKeep(op: string, { keep }: DropOptions): void {
  if (keep > 0 && keep <= 1) return;
  throw new RangeError(`Cannot run ${op}: keep must be more than 0 and at most 1, current value is ${keep}`);
}
