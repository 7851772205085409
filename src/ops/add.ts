import { add as addKernel } from "../../kernels/add.ts";
import { kernel } from "../core/kernel.ts";
import { record } from "../core/tape.ts";
import type { Tensor } from "../core/tensor.ts";
import { elementType, requireSame } from "./checks.ts";

const sum = kernel("add", addKernel);

/**
 * y = a + b, elementwise (torch.add), of activations; batchNorm() can do it in its own pass. Saves nothing.
 * @throws TypeError if their shapes or types differ
 */
export function add(a: Tensor, b: Tensor): Tensor {
  requireSame("add", { a, b });
  return record("add", [a, b], sumOf(a, b), (dy) => [() => dy, () => dy]);
}

/** A new tensor a + b, without a gradient. */
export function sumOf(a: Tensor, b: Tensor): Tensor {
  const y = a.like();
  sum.run({ a, b, sum: y }, { type: elementType("add", a), count: a.size, inPlace: false });
  return y;
}

/** target += a, in place, without a gradient. */
export function addTo(target: Tensor, a: Tensor): void {
  sum.run({ a, sum: target }, { type: elementType("add", a), count: a.size, inPlace: true });
}
