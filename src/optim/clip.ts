import { clipFactor, NORM_CHUNKS, squareSums } from "../../kernels/gradient_norm.ts";
import { kernel } from "../core/kernel.ts";
import { eachPiece, piecesOf } from "../core/pieces.ts";
import { empty, type Tensor } from "../core/tensor.ts";

const squares = kernel("gradient_squares", squareSums);
const factor = kernel("clip_factor", clipFactor);

/**
 * The norm of all gradients and the factor that reduces it to `maxNorm`, without a read-back
 * (torch.nn.utils.clip_grad_norm_; the optimiser multiplies).
 * @param gradients flat, a multiple of 4 elements
 * @param clip [2], receives (norm, factor)
 * @param maxNorm null computes the norm and leaves the factor at 1
 * @param scale [1], by which the gradients were multiplied: the norm is that of the unscaled gradients, and the
 * factor removes the scale
 */
export function clipByNorm(gradients: Tensor, clip: Tensor, maxNorm: number | null, scale?: Tensor): void {
  const pieces = piecesOf(gradients.device, [0, gradients.size]).length;
  const partial = empty(gradients.device, [pieces * NORM_CHUNKS], "f32", "square sums");
  eachPiece({ gradients }, ({ gradients }, count, i) => {
    squares.run({ gradients, partial: partial.slice(i * NORM_CHUNKS, [NORM_CHUNKS]) }, { count });
  });
  factor.run({ partial, clip, ...(scale && { scale }) }, { maxNorm, scaled: scale !== undefined });
}
