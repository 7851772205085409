import { add as addKernel } from "../../kernels/add.ts";
import { streamSource } from "../core/device.ts";
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
  const type = elementType("add", a), operands = streamSource(a.device);
  sum.run({ a, b, sum: y }, { type, count: a.size, inPlace: false, operands });
  return y;
}

/** target += a, in place, without a gradient. */
export function addTo(target: Tensor, a: Tensor): void {
  const type = elementType("add", a), operands = streamSource(a.device);
  const b = operands === "texture" && { b: target };
  sum.run({ a, ...b, sum: target }, { type, count: a.size, inPlace: true, operands });
}
