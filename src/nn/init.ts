/** Initial values as in torchvision's models. */
import type { Init } from "./parameters.ts";

/** `size` values drawn in sequence: a loop, because Float32Array.from is slower and models are large. */
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

/** Uniform in +-1 / sqrt(fanIn), as torch.nn.Linear draws weight and bias. */
export function linearUniform(fanIn: number): Init {
  const bound = 1 / Math.sqrt(fanIn);
  return (size, rng) => drawn(size, () => rng.uniform(-bound, bound));
}

/** Normal with this standard deviation. */
export function normal(deviation: number): Init {
  return (size, rng) => drawn(size, () => deviation * rng.normal());
}

/** Normal with this standard deviation, drawn again beyond 2 (torch.nn.init.trunc_normal_ with its own bounds). */
export function truncatedNormal(deviation: number): Init {
  const draw = (rng: Parameters<Init>[1]): number => {
    const value = deviation * rng.normal();
    return Math.abs(value) <= 2 ? value : draw(rng);
  };
  return (size, rng) => drawn(size, () => draw(rng));
}

/** Uniform in +-bound. */
export function uniform(bound: number): Init {
  return (size, rng) => drawn(size, () => rng.uniform(-bound, bound));
}

/** A constant value. */
export function constant(value: number): Init {
  return (size) => new Float32Array(size).fill(value);
}
