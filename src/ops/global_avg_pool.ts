import { globalAvgPoolDgrad } from "../../kernels/global_avg_pool_dgrad.ts";
import { globalAvgPoolForward } from "../../kernels/global_avg_pool_forward.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { elementType, imageShape } from "./checks.ts";

const forward = kernel("global_avg_pool_forward", globalAvgPoolForward);
const dgrad = kernel("global_avg_pool_dgrad", globalAvgPoolDgrad);

/**
 * The mean over all pixels (torch.nn.AdaptiveAvgPool2d(1), flattened). Saves nothing.
 * @param x [N, H, W, C] with C a multiple of 4
 * @returns y [N, C]
 * @throws TypeError if x is not an image
 */
export function globalAvgPool(x: Tensor): Tensor {
  const { n, h, w, c } = imageShape("global_avg_pool", "x", x);
  const options = { type: elementType("global_avg_pool", x), pixels: h * w, channels: c };
  const y = empty(x.device, [n, c], x.dtype, "global_avg_pool"); // [N, C]
  forward.run({ x, y }, { ...options, count: y.size });
  return record("global_avg_pool", [x], y, (dy) => [
    () => {
      const dx = gradientFor(x); // [N, H, W, C]
      dgrad.run({ dy, dx }, { ...options, count: dx.size });
      return dx;
    },
  ]);
}
