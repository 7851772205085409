/** What Adam and AdamW share: their options, and the scalars of their bias corrections. */
import * as z from "zod";
import { oneMinusPower } from "../../../kernels/lib/one_minus_power.ts";

/** A decay of a moment. */
export const beta = z.number().min(0).lt(1);

/** The options of both. */
export const momentOptions = {
  betas: z.tuple([beta, beta]).default([0.9, 0.999]).describe("Decay of the two moments"),
  eps: z.number().positive().default(1e-8).describe("Added to the denominator"),
};

/** The decays of the two moments. */
export type Betas = readonly [first: number, second: number];

/** lr / (1 - b1^t) and sqrt(1 - b2^t), in float64, and lr. */
export function momentScalars([beta1, beta2]: Betas, t: number, lr: number): [number, number, number] {
  return [lr / (1 - beta1 ** t), Math.sqrt(1 - beta2 ** t), lr];
}

/** ln b for the GPU. b = 0 has no logarithm, but 1 - b^t is 1 either way. */
const logOf = (beta: number) => Math.log(Math.max(beta, 1e-30));

/** WGSL: the same as the last three of `s`, by the number of steps taken. */
export function countedMoments([beta1, beta2]: Betas): string {
  return `${oneMinusPower}
fn counted(s: vec4f, steps: f32) -> vec4f {
  let first = s.w / one_minus_power(${logOf(beta1)}, steps);
  let second = sqrt(one_minus_power(${logOf(beta2)}, steps));
  return vec4f(s.x, first, second, s.w);
}`;
}

/** WGSL: the new moments `m` and `v` from the gradient `g`. */
export function updateMoments([beta1, beta2]: Betas): string {
  return `
  m = m * ${beta1} + g * ${1 - beta1};
  v = v * ${beta2} + g * g * ${1 - beta2};`;
}
