/** Reads a tensor's values from its location in a file, and only the bytes that it spans. */
import type { ByteSource } from "../../base/byte_source.ts";
import { elements, type Shape } from "../../base/shape.ts";
import { arrayClasses, storedTensor } from "../tensor_data.ts";
import type { TensorInFile } from "../weight_file.ts";
import type { PickledTensor } from "./values.ts";

/** The offset of a storage's first value in the file, in bytes. */
export type Place = (key: string) => number;

/** A tensor that is read on request. */
export function tensorInFile(source: ByteSource, tensor: PickledTensor, place: Place): TensorInFile {
  const { shape, storage: { dtype, key, start } } = tensor;
  const size = arrayClasses[dtype].BYTES_PER_ELEMENT;
  return {
    dtype,
    shape,
    async load() {
      const bytes = await source.read(place(key) + (start + tensor.offset) * size, tensor.span * size);
      if (tensor.isContiguous) return storedTensor(dtype, shape, bytes);
      return storedTensor(dtype, shape, gather(bytes, size, shape, tensor.strides));
    },
  };
}

/** The values of a strided view in row-major order; `bytes` starts with the first. */
function gather(bytes: Uint8Array, size: number, shape: Shape, strides: readonly number[]): Uint8Array {
  const result = new Uint8Array(elements(shape) * size);
  const axes = shape.length, index = new Array<number>(axes).fill(0);
  for (let to = 0, from = 0; to < result.length; to += size) {
    for (let byte = 0; byte < size; byte++) result[to + byte] = bytes[from + byte];
    for (let axis = axes - 1; axis >= 0; axis--) { // the next index, as an odometer counts
      from += strides[axis] * size;
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis] * size;
      index[axis] = 0;
    }
  }
  return result;
}
