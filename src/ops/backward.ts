import { add as addKernel } from "../../kernels/add.ts";
import { kernel } from "../core/kernel.ts";
import { backward as walk, type Sums } from "../core/tape.ts";
import type { Tensor } from "../core/tensor.ts";
import { elementType } from "./checks.ts";

const sum = kernel("add", addKernel);

const sums: Sums = {
  add(a, b) {
    const target = a.like();
    sum.run({ a, b, sum: target }, { type: elementType("add", a), count: a.size, inPlace: false });
    return target;
  },
  addTo(target, a) {
    sum.run({ a, sum: target }, { type: elementType("add", a), count: a.size, inPlace: true });
  },
};

/**
 * Backpropagates `dy`, the gradient of `y` (for a loss: ones, or the loss scale), and leaves each parameter's
 * gradient in its slot (torch.Tensor.backward, but written rather than accumulated over steps).
 * @returns the gradients of the leaves that have no slot, by tensor
 */
export function backward(y: Tensor, dy: Tensor): Map<Tensor, Tensor> {
  return walk(y, dy, sums);
}
