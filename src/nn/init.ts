/** Start values, as torchvision's models draw them. */
import type { Init } from "./parameters.ts";

/** Normal with standard deviation sqrt(2 / fanOut) (torch.nn.init.kaiming_normal_, mode fan_out, relu). */
export function kaimingNormal(fanOut: number): Init {
  const deviation = Math.sqrt(2 / fanOut);
  return (size, rng) => Float32Array.from({ length: size }, () => deviation * rng.normal());
}

/** Uniform in +-1 / sqrt(fanIn): what torch.nn.Linear draws for weight and bias. */
export function linearUniform(fanIn: number): Init {
  const bound = 1 / Math.sqrt(fanIn);
  return (size, rng) => Float32Array.from({ length: size }, () => rng.uniform(-bound, bound));
}

/** The same value everywhere. */
export function constant(value: number): Init {
  return (size) => new Float32Array(size).fill(value);
}
