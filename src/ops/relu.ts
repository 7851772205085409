import { reluDgrad } from "../../kernels/relu_dgrad.ts";
import { reluForward } from "../../kernels/relu_forward.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import type { Tensor } from "../core/tensor.ts";
import { elementType, requireSame } from "./checks.ts";

const forward = kernel("relu_forward", reluForward);
const dgrad = kernel("relu_dgrad", reluDgrad);

/** y = max(x, 0), elementwise (torch.nn.functional.relu). Saves y. */
export function relu(x: Tensor): Tensor {
  const y = x.like("relu");
  forward.run({ x, y }, { type: elementType("relu", x), count: x.size, add: false });
  return record("relu", [x], y, (dy) => [() => masked(x, y, dy)]);
}

/** y = max(x + z, 0), elementwise: the end of a residual block. Saves y; both inputs share one gradient. */
export function addRelu(x: Tensor, z: Tensor): Tensor {
  requireSame("add_relu", { x, z });
  const y = x.like("add_relu");
  forward.run({ x, z, y }, { type: elementType("add_relu", x), count: x.size, add: true });
  return record("add_relu", [x, z], y, (dy) => {
    let shared: Tensor | undefined;
    const gradient = () => shared ??= masked(x, y, dy);
    return [gradient, gradient];
  });
}

/** dx = dy where y > 0. */
function masked(x: Tensor, y: Tensor, dy: Tensor): Tensor {
  const dx = gradientFor(x);
  dgrad.run({ y, dy, dx }, { type: elementType("relu", dy), count: y.size });
  return dx;
}
