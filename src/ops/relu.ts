import { reluDgrad } from "../../kernels/relu_dgrad.ts";
import { reluForward } from "../../kernels/relu_forward.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import type { Tensor } from "../core/tensor.ts";
import { elementType } from "./checks.ts";

const forward = kernel("relu_forward", reluForward);
const dgrad = kernel("relu_dgrad", reluDgrad);

/** y = max(x, 0), elementwise (torch.nn.functional.relu); batchNorm() can do it in its own pass. Saves y. */
export function relu(x: Tensor): Tensor {
  const y = x.like("relu");
  const options = { type: elementType("relu", x), count: x.size };
  forward.run({ x, y }, options);
  return record("relu", [x], y, (dy) => [
    () => {
      const dx = gradientFor(x);
      dgrad.run({ y, dy, dx }, options);
      return dx;
    },
  ]);
}
