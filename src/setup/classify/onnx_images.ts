/** The images that an ONNX model takes, by its declared input. */
import { DataError } from "../../base/errors.ts";
import { normalizer } from "../../data/transforms/normalize.ts";
import type { Normalization, Picture } from "../../data/types.ts";
import { toFloat16 } from "../../formats/half.ts";
import type { OnnxValue } from "../../formats/onnx/read.ts";
import type { OnnxInput } from "../host.ts";

/** A batch of RGB images as a model takes it. */
export interface ImageInput {
  readonly type: OnnxInput["type"];
  /** [N, 3, H, W] or [N, H, W, 3]. */
  readonly channels: "first" | "last";
  /** Images in a batch and their size in pixels; null where the model takes any. */
  readonly batch: number | null;
  readonly height: number | null;
  readonly width: number | null;
}

/** The types of images by ONNX's codes. */
const TYPES: Readonly<Record<number, OnnxInput["type"]>> = { 1: "f32", 2: "u8", 10: "f16" };

/** The only input of a model. @throws DataError if it is not a batch of RGB images */
export function imageInput(inputs: readonly OnnxValue[], path: string): ImageInput {
  const [one, ...others] = inputs, type = TYPES[one?.elementType];
  if (type !== undefined && others.length === 0 && one.shape.length === 4) {
    const [batch, a, b, c] = one.shape;
    const isFree = a === null && c === null; // then as is usual: 8-bit images as they are decoded, floats as in PyTorch
    if (a === 3 || (isFree && type !== "u8")) return { type, channels: "first", batch, height: b, width: c };
    if (c === 3 || isFree) return { type, channels: "last", batch, height: a, width: b };
  }
  throw new DataError(
    `Cannot use ${path}: its input must be RGB images in f32, f16 or u8, [N, 3, height, width] or ` +
      `[N, height, width, 3]: current inputs are ${described(inputs)}`,
  );
}

/** Inputs or outputs in a message. */
export function described(values: readonly OnnxValue[]): string {
  const shown = values.slice(0, 5).map(({ name, elementType, shape }) =>
    `${JSON.stringify(name.slice(0, 80))} [${
      shape.map((axis) => axis ?? "any").join(", ")
    }] of type ${elementType}`
  );
  return shown.join("; ") || "none";
}

/**
 * Images of one size as `input` takes them, in a batch of `count`, which is filled up with the last one. Floats are
 * normalised, 8-bit values are not.
 */
export function packImages(
  pictures: readonly Picture[],
  { type, channels }: ImageInput,
  normalization: Normalization,
  count: number,
): OnnxInput {
  const [{ width, height }] = pictures, area = width * height;
  const values = type === "u8" ? new Uint8Array(count * area * 3) : new Float32Array(count * area * 3);
  const normalize = normalizer(normalization), floats = new Float32Array(area * 4);
  for (let n = 0; n < count; n++) {
    const picture = pictures[Math.min(n, pictures.length - 1)];
    if (type !== "u8") normalize(picture, floats, 0);
    const [from, stride] = type === "u8" ? [picture.data, 3] : [floats, 4];
    for (let i = 0; i < area; i++) {
      for (let c = 0; c < 3; c++) {
        const to = channels === "first" ? (n * 3 + c) * area + i : (n * area + i) * 3 + c;
        values[to] = from[i * stride + c];
      }
    }
  }
  const shape = channels === "first" ? [count, 3, height, width] : [count, height, width, 3];
  if (values instanceof Uint8Array) return { type: "u8", shape, values };
  return type === "f16"
    ? { type, shape, values: Uint16Array.from(values, toFloat16) }
    : { type: "f32", shape, values };
}
