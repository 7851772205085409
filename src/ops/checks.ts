/** Checks shared by the ops: their messages name the op, every shape and the cure. */
import type { ElementType } from "../../kernels/lib/source.ts";
import { formatShape, sameShape } from "../base/shape.ts";
import type { DType, Tensor } from "../core/tensor.ts";

/** `x [2, 8, 8, 64]`: a tensor as shown in messages. */
export function describe(name: string, x: Tensor): string {
  return `${name} ${formatShape(x.shape)}${x.dtype === "f32" ? "" : ` ${x.dtype}`}`;
}

/**
 * The element type of an op's tensor, for its kernel. @throws TypeError if it is not a float, or not padded to fours
 */
export function elementType(op: string, x: Tensor): ElementType {
  if (x.dtype === "u32") {
    throw new TypeError(`Cannot run ${op}: ${describe(x.label, x)} must be f32 or f16`);
  }
  if (x.size % 4 !== 0) {
    throw new TypeError(
      `Cannot run ${op}: ${describe(x.label, x)} must have a multiple of 4 elements; pad its last axis`,
    );
  }
  return x.dtype;
}

/** @throws TypeError unless all tensors have the shape and type of the first */
export function requireSame(op: string, tensors: Readonly<Record<string, Tensor>>): void {
  const [[firstName, first], ...others] = Object.entries(tensors);
  for (const [name, tensor] of others) {
    if (!sameShape(tensor.shape, first.shape) || tensor.dtype !== first.dtype) {
      throw new TypeError(
        `Cannot run ${op}: ${describe(name, tensor)} must match ${describe(firstName, first)}`,
      );
    }
  }
}

/** @throws TypeError unless `x` has this shape, whose axes are named for the message: `[C] = [64]` */
export function requireShape(
  op: string,
  name: string,
  x: Tensor,
  axes: string,
  shape: readonly number[],
): void {
  if (!sameShape(x.shape, shape)) {
    throw new TypeError(
      `Cannot run ${op}: ${name} must be ${axes} = ${formatShape(shape)}, current shape is ${
        formatShape(x.shape)
      }`,
    );
  }
}

/** @throws TypeError unless `x` has this element type */
export function requireType(op: string, name: string, x: Tensor, dtype: DType): void {
  if (x.dtype === dtype) return;
  throw new TypeError(`Cannot run ${op}: ${describe(name, x)} must be ${dtype}, current type is ${x.dtype}`);
}

/** The N, H, W and C of an image tensor. @throws TypeError unless it has four axes and a multiple of 4 channels */
export function imageShape(
  op: string,
  name: string,
  x: Tensor,
): { n: number; h: number; w: number; c: number } {
  if (x.shape.length !== 4) {
    throw new TypeError(`Cannot run ${op}: ${describe(name, x)} must have the axes [N, H, W, C]`);
  }
  const [n, h, w, c] = x.shape;
  if (c % 4 !== 0) {
    throw new TypeError(
      `Cannot run ${op}: ${describe(name, x)} must have a multiple of 4 channels; pad them with zeros`,
    );
  }
  return { n, h, w, c };
}
