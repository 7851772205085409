/** Start values, as torchvision's models draw them. */
import type { Init } from "./parameters.ts";

/** `size` values, drawn one after the other: a loop, as Float32Array.from takes longer and models are large. */
function drawn(size: number, draw: () => number): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) values[i] = draw();
  return values;
}

/** Normal with standard deviation sqrt(2 / fanOut) (torch.nn.init.kaiming_normal_, mode fan_out, relu). */
export function kaimingNormal(fanOut: number): Init {
  const deviation = Math.sqrt(2 / fanOut);
  return (size, rng) => drawn(size, () => deviation * rng.normal());
}

/** Uniform in +-1 / sqrt(fanIn): what torch.nn.Linear draws for weight and bias. */
export function linearUniform(fanIn: number): Init {
  const bound = 1 / Math.sqrt(fanIn);
  return (size, rng) => drawn(size, () => rng.uniform(-bound, bound));
}

/** The same value everywhere. */
export function constant(value: number): Init {
  return (size) => new Float32Array(size).fill(value);
}
