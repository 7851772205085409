/** Gaussian noise on levels, by a counter for each pixel, so that a GPU draws the same. */
import * as z from "zod";
import { threefry2x32 } from "../../base/rng.ts";
import type { Picture } from "../types.ts";
import type { Noise } from "./operation.ts";
import { definePlugin, probability, range, roundHalfEven } from "./transform.ts";

const f = Math.fround;
const UNIT = 2 ** -24;

/** Two standard normal numbers of two random words: Box-Muller in float32, from 24 bits each. */
export function normals(a: number, b: number): [cosine: number, sine: number] {
  const radius = f(Math.sqrt(f(-2 * f(Math.log(((a >>> 8) + 1) * UNIT)))));
  const angle = f(f(2 * Math.PI) * ((b >>> 8) * UNIT));
  return [f(radius * f(Math.cos(angle))), f(radius * f(Math.sin(angle)))];
}

/** `picture` with noise as {@link Noise} defines it. */
export function addNoise({ width, height, data }: Picture, { sigma, key }: Noise): Picture {
  const out = new Uint8Array(data.length);
  const strength = f(sigma);
  const noisy = (level: number, normal: number) =>
    Math.max(0, Math.min(255, roundHalfEven(f(level + f(strength * normal)))));
  for (let pixel = 0, at = 0; at < data.length; pixel++, at += 3) {
    const [red, green] = normals(...threefry2x32(key, [pixel, 0]));
    const [blue] = normals(...threefry2x32(key, [pixel, 1]));
    out[at] = noisy(data[at], red);
    out[at + 1] = noisy(data[at + 1], green);
    out[at + 2] = noisy(data[at + 2], blue);
  }
  return { width, height, data: out };
}

/** With probability `p`, adds noise of a standard deviation uniform in `sigma`, in levels of 0 .. 255. */
export const gaussian_noise = definePlugin({
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
