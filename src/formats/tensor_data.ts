/**
 * A stored tensor: dtype, shape and values on the host, as in files. Row-major, without strides. The dtype names are
 * those of safetensors. F16 and BF16 keep their bit patterns, BOOL keeps bytes 0 and 1.
 */
import { elements, formatShape, type Shape } from "../base/shape.ts";
import { fromBfloat16, fromFloat16 } from "./half.ts";

/** The array class for each dtype's values. */
export interface DataOf {
  F64: Float64Array;
  F32: Float32Array;
  F16: Uint16Array;
  BF16: Uint16Array;
  I64: BigInt64Array;
  I32: Int32Array;
  I16: Int16Array;
  I8: Int8Array;
  U8: Uint8Array;
  BOOL: Uint8Array;
}

/** A dtype's name. */
export type Dtype = keyof DataOf;

/** A stored tensor; the length of `data` is the product of `shape`, in row-major order. */
export type StoredTensor = { [D in Dtype]: { dtype: D; shape: Shape; data: DataOf[D] } }[Dtype];

interface ArrayClass {
  readonly BYTES_PER_ELEMENT: number;
  readonly name: string;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): StoredTensor["data"];
}

/** The array class of each dtype, which implies the bytes per value. */
export const arrayClasses: Record<Dtype, ArrayClass> = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

/** True if `name` is a dtype that this library reads and writes. */
export function isDtype(name: unknown): name is Dtype {
  return typeof name === "string" && Object.hasOwn(arrayClasses, name);
}

/**
 * An F32 tensor of `shape` around `data` (not copied; other numbers are rounded to float32).
 *
 * @throws RangeError if the length of `data` does not match `shape`
 */
export function float32(shape: Shape, data: ArrayLike<number>): StoredTensor & { dtype: "F32" } {
  if (data.length !== elements(shape)) {
    throw new RangeError(
      `Cannot create tensor: data must have ${elements(shape)} values for shape ${formatShape(shape)}, ` +
        `current length is ${data.length}`,
    );
  }
  return { dtype: "F32", shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

/**
 * The tensor's values as float32, in row-major order: the array itself for F32, a converted copy otherwise. F16 and
 * BF16 convert exactly; F64, I64 and I32 round to nearest.
 */
export function toFloat32(tensor: StoredTensor): Float32Array {
  switch (tensor.dtype) {
    case "F32":
      return tensor.data;
    case "F16":
      return convert(tensor.data, fromFloat16);
    case "BF16":
      return convert(tensor.data, fromBfloat16);
    case "I64":
      return convert(tensor.data, Number);
    default:
      return Float32Array.from(tensor.data);
  }
}

function convert<T>(data: ArrayLike<T>, value: (stored: T) => number): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) out[i] = value(data[i]);
  return out;
}

/**
 * A tensor from the little-endian bytes of its values: a view where alignment allows, a copy otherwise. The length of
 * `bytes` must match `shape` and `dtype`.
 */
export function storedTensor(dtype: Dtype, shape: Shape, bytes: Uint8Array): StoredTensor {
  const arrayClass = arrayClasses[dtype], length = elements(shape);
  const isAligned = bytes.byteOffset % arrayClass.BYTES_PER_ELEMENT === 0;
  const { buffer, byteOffset } = isAligned ? bytes : bytes.slice();
  return { dtype, shape, data: new arrayClass(buffer, byteOffset, length) } as StoredTensor;
}
