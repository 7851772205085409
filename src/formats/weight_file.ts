/** A file of weights that was opened: what is in it is known, values are read one tensor at a time. */
import type { Shape } from "../base/shape.ts";
import type { Dtype, StoredTensor } from "./tensor_data.ts";

/** A tensor in a file. */
export interface TensorInFile {
  readonly dtype: Dtype;
  readonly shape: Shape;
  /** Reads the values, in row-major order; nothing is kept. */
  load(): Promise<StoredTensor>;
}

/** A file's tensors by name, in the file's order. */
export interface WeightFile {
  readonly tensors: ReadonlyMap<string, TensorInFile>;
  /** What a safetensors file says of itself; empty elsewhere. */
  readonly metadata: ReadonlyMap<string, string>;
}
