/** Gaussian noise on levels, with a counter for each pixel so that a GPU draws the same values. */
import * as z from "zod";
import { threefry2x32 } from "../../base/rng.ts";
import type { Picture } from "../types.ts";
import type { Noise } from "./operation.ts";
import { defineTransform, probability, range, roundHalfEven, type TransformPlugin } from "./transform.ts";

const f = Math.fround;
const UNIT = 2 ** -24;
const TURN = f(2 * Math.PI);

/** The Box-Muller radius for a random word, of which 24 bits are used. */
function radius(word: number): number {
  return f(Math.sqrt(f(-2 * f(Math.log(((word >>> 8) + 1) * UNIT)))));
}

/** The Box-Muller angle for a random word. */
function angle(word: number): number {
  return f(TURN * ((word >>> 8) * UNIT));
}

/** Adds noise as defined by {@link Noise}. */
export function addNoise({ width, height, data }: Picture, { sigma, key }: Noise): Picture {
  const out = new Uint8Array(data.length);
  const strength = f(sigma);
  const noisy = (level: number, length: number, direction: number) => {
    const value = roundHalfEven(f(level + f(strength * f(length * f(direction)))));
    return value < 0 ? 0 : value > 255 ? 255 : value;
  };
  const counter: [number, number] = [0, 0];
  for (let at = 0; at < data.length; at += 3, counter[0]++) {
    counter[1] = 0;
    const [a, b] = threefry2x32(key, counter);
    const length = radius(a), turn = angle(b);
    out[at] = noisy(data[at], length, Math.cos(turn));
    out[at + 1] = noisy(data[at + 1], length, Math.sin(turn));
    counter[1] = 1;
    const [c, d] = threefry2x32(key, counter);
    out[at + 2] = noisy(data[at + 2], radius(c), Math.cos(angle(d)));
  }
  return { width, height, data: out };
}

/** With probability `p`, adds noise with a standard deviation uniform in `sigma`, in levels of 0 .. 255. */
export const gaussian_noise: TransformPlugin = defineTransform({
  options: z.strictObject({
    sigma: range(0, 255).default([5, 25]),
    p: probability.default(0.3),
  }),
  random: true,
  make: ({ sigma: [low, high], p }) => (_, rng) => {
    if (rng.uniform() >= p) return [];
    return [{ kind: "noise", sigma: rng.uniform(low, high), key: [rng.uint32(), rng.uint32()] }];
  },
});
