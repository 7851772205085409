import { cast as castKernel } from "../../kernels/cast.ts";
import type { ElementType } from "../../kernels/lib/source.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { eachPiece } from "../core/pieces.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { elementType } from "./checks.ts";

const convert = kernel("cast", castKernel);

/** Encodes y = the beginning of x in y's element type, without a gradient; both are flat. */
export function castFlat(x: Tensor, y: Tensor): void {
  eachPiece({ x: x.slice(0, y.shape), y }, (pieces, count) => {
    convert.run(pieces, { to: elementType("cast", y), count });
  });
}

/**
 * x as another element type (torch.Tensor.to); x itself if it has that type. Values beyond f16's range become
 * infinite.
 */
export function cast(x: Tensor, dtype: ElementType): Tensor {
  if (elementType("cast", x) === dtype) return x;
  const y = empty(x.device, x.shape, dtype, x.label);
  convert.run({ x, y }, { to: dtype, count: x.size });
  return record("cast", [x], y, (dy) => [() => {
    const dx = gradientFor(x);
    convert.run({ x: dy, y: dx }, { to: elementType("cast", dx), count: x.size });
    return dx;
  }]);
}
