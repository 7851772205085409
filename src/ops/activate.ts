import { activationDgrad } from "../../kernels/activation_dgrad.ts";
import { activationForward } from "../../kernels/activation_forward.ts";
import type { Activation } from "../../kernels/lib/activation.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import type { Tensor } from "../core/tensor.ts";
import { elementType } from "./checks.ts";

export type { Activation };

const forward = kernel("activation_forward", activationForward);
const dgrad = kernel("activation_dgrad", activationDgrad);

/**
 * y = f(x), elementwise: torch.nn.functional's silu, hardswish, gelu (with erf), sigmoid, hardsigmoid and relu;
 * batchNorm() can do it in its own pass. Saves x.
 */
export function activate(x: Tensor, kind: Activation): Tensor {
  const y = x.like(kind);
  const options = { type: elementType(kind, x), count: x.size, kind };
  forward.run({ x, y }, options);
  return record(kind, [x], y, (dy) => [
    () => {
      const dx = gradientFor(x);
      dgrad.run({ x, dy, dx }, options);
      return dx;
    },
  ]);
}
