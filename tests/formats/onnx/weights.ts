/** State dicts with random values under torchvision's names, for what is written and read. */
import { rng } from "../../../src/base/rng.ts";
import { elements } from "../../../src/base/shape.ts";
import type { Weights } from "../../../src/formats/onnx/network.ts";
import { float32, type StoredTensor } from "../../../src/formats/tensor_data.ts";

const WIDTHS = [64, 128, 256, 512];

/** The weights of a ResNet-18 as torchvision lays them out, with norms that are far from 1 and 0. */
export function randomResnet18(classes: number): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  const add = (name: string, shape: number[], mean: number, deviation: number) => {
    const stream = rng(5, name);
    tensors.set(
      name,
      float32(
        shape,
        Float32Array.from({ length: elements(shape) }, () => mean + deviation * stream.normal()),
      ),
    );
  };
  const convNorm = (conv: string, norm: string, to: number, from: number, size: number) => {
    add(`${conv}.weight`, [to, from, size, size], 0, Math.sqrt(2 / (from * size * size)));
    add(`${norm}.weight`, [to], 1, 0.1);
    add(`${norm}.bias`, [to], 0, 0.1);
    add(`${norm}.running_mean`, [to], 0.1, 0.2);
    add(`${norm}.running_var`, [to], 1, 0.05);
    tensors.set(`${norm}.num_batches_tracked`, { dtype: "I64", shape: [], data: BigInt64Array.of(7n) });
  };
  convNorm("conv1", "bn1", 64, 3, 7);
  WIDTHS.forEach((width, stage) => {
    for (const i of [0, 1]) {
      const name = `layer${stage + 1}.${i}.`, from = i === 0 ? WIDTHS[Math.max(0, stage - 1)] : width;
      convNorm(`${name}conv1`, `${name}bn1`, width, from, 3);
      convNorm(`${name}conv2`, `${name}bn2`, width, width, 3);
      if (from !== width) convNorm(`${name}downsample.0`, `${name}downsample.1`, width, from, 1);
    }
  });
  add("fc.weight", [classes, 512], 0, 0.05);
  add("fc.bias", [classes], 0, 0.05);
  return tensors;
}

/** Tensors as a file hands them out. */
export function asFile(tensors: ReadonlyMap<string, StoredTensor>): Weights {
  return new Map(
    [...tensors].map((
      [name, tensor],
    ) => [name, { shape: tensor.shape, load: () => Promise.resolve(tensor) }]),
  );
}
