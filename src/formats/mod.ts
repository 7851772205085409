/**
 * Files of weights: safetensors to and from typed arrays, and those that PyTorch saved. Nothing here needs a GPU.
 *
 * @example Write tensors, and read them back
 * ```ts
 * import { float32, readSafetensors, toFloat32, writeSafetensors } from "@wgrad/wgrad/formats";
 *
 * const bytes = writeSafetensors(new Map([["fc.bias", float32([3], Float32Array.of(1, 2, 3))]]));
 * const { tensors } = readSafetensors(bytes);
 * console.assert(toFloat32(tensors.get("fc.bias")!).join() === "1,2,3");
 * ```
 *
 * @module
 */
export {
  type Dtype as StoredDtype,
  float32,
  readSafetensors,
  type Safetensors,
  type StoredTensor,
  toFloat32,
  writeSafetensors,
} from "./safetensors.ts";
export { readWeights, type TensorInFile, type WeightFile } from "./weights.ts";
