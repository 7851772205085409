import { backward as walk, gradients as walkTo } from "../core/tape.ts";
import type { Tensor } from "../core/tensor.ts";
import { addTo, sumOf } from "./add.ts";

const sums = { add: sumOf, addTo };

/**
 * Backpropagates `dy`, the gradient of `y` (for a loss: ones, or the loss scale), and writes each parameter's
 * gradient to its slot (torch.Tensor.backward, but overwriting instead of accumulating over steps).
 * @returns the gradients of the leaves that have no slot, by tensor
 */
export function backward(y: Tensor, dy: Tensor): Map<Tensor, Tensor> {
  return walk(y, dy, sums);
}

/**
 * The gradients of only some of the tensors that `y` was computed from, such as a layer's output
 * (torch.autograd.grad). Anything before them is not computed, and parameters' slots keep their contents.
 * @throws RangeError if `y` does not depend on one of them
 */
export function gradients(y: Tensor, dy: Tensor, of: readonly Tensor[]): Tensor[] {
  return walkTo(y, dy, of, sums);
}
