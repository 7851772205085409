import { clipFactor, NORM_CHUNKS, squareSums } from "../../kernels/gradient_norm.ts";
import { kernel } from "../core/kernel.ts";
import { empty, type Tensor } from "../core/tensor.ts";

const squares = kernel("gradient_squares", squareSums);
const factor = kernel("clip_factor", clipFactor);

/**
 * The norm of all gradients and the factor that brings it down to `maxNorm`, without a read-back
 * (torch.nn.utils.clip_grad_norm_; the optimiser multiplies).
 * @param gradients flat, a multiple of 4 elements
 * @param clip [2], gets (norm, factor)
 * @param maxNorm null measures the norm and leaves the factor at 1
 * @param scale [1], what the gradients were multiplied with: the norm is theirs without it, and the factor takes it off
 */
export function clipByNorm(gradients: Tensor, clip: Tensor, maxNorm: number | null, scale?: Tensor): void {
  const partial = empty(gradients.device, [NORM_CHUNKS], "f32", "square sums");
  squares.run({ gradients, partial }, { count: gradients.size });
  factor.run({ partial, clip, ...(scale && { scale }) }, { maxNorm, scaled: scale !== undefined });
}
