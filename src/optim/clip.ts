import { clipFactor, NORM_CHUNKS, squareSums } from "../../kernels/gradient_norm.ts";
import { streamSource } from "../core/device.ts";
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
    sumSquares(gradients, partial.slice(i * NORM_CHUNKS, [NORM_CHUNKS]), count / 4);
  });
  factor.run({ partial, clip, ...(scale && { scale }) }, { maxNorm, scaled: scale !== undefined });
}

/** Bytes of gradients that are copied into a texture at a time. */
const TEXTURE_BYTES = 2 ** 22;

/** The square sums of a piece's chunks, the same however many launches they take. */
function sumSquares(gradients: Tensor, partial: Tensor, vectors: number): void {
  const operands = streamSource(gradients.device), chunk = Math.ceil(vectors / NORM_CHUNKS);
  const fitting = Math.max(64, Math.floor(TEXTURE_BYTES / 16 / chunk / 64) * 64); // 64: aligned for every chunk
  const each = operands === "texture" ? Math.min(NORM_CHUNKS, fitting) : NORM_CHUNKS;
  for (let first = 0; first < NORM_CHUNKS; first += each) {
    const chunks = Math.min(each, NORM_CHUNKS - first), start = Math.min(first * chunk, vectors);
    const count = Math.min(chunks * chunk, vectors - start);
    // chunks behind the last gradient are zero, whatever they are given to read
    const part = count > 0 ? gradients.slice(4 * start, [4 * count]) : gradients.slice(0, [4]);
    squares.run({ gradients: part, partial: partial.slice(first, [chunks]) }, {
      vectors: count,
      chunk,
      chunks,
      operands,
    });
  }
}
