/** The optimiser's arithmetic: clipping by norm (torch.nn.utils.clip_grad_norm_) and AdamW (torch.optim.AdamW). */

/** The gradients scaled so that their common norm is at most `maxNorm`, the norm before, and the factor. */
export function clipGradNorm(
  gradients: readonly Float64Array[],
  maxNorm: number,
): { gradients: Float64Array[]; norm: number; factor: number } {
  let squares = 0;
  for (const gradient of gradients) for (const value of gradient) squares += value * value;
  const norm = Math.sqrt(squares);
  const factor = Math.min(1, maxNorm / (norm + 1e-6));
  return { gradients: gradients.map((gradient) => gradient.map((value) => value * factor)), norm, factor };
}

/** AdamW's constants; `step` counts from 1. */
export interface AdamWOptions {
  lr: number;
  betas: readonly [number, number];
  eps: number;
  weightDecay: number;
  step: number;
}

/** A parameter and its two moments, all of one length. */
export interface AdamWState {
  param: Float64Array;
  m: Float64Array;
  v: Float64Array;
}

/** One step: the new state; decoupled decay before the update, as PyTorch. */
export function adamwStep(
  state: AdamWState,
  gradient: Float64Array,
  { lr, betas: [beta1, beta2], eps, weightDecay, step }: AdamWOptions,
): AdamWState {
  const m = state.m.map((old, i) => beta1 * old + (1 - beta1) * gradient[i]);
  const v = state.v.map((old, i) => beta2 * old + (1 - beta2) * gradient[i] ** 2);
  const param = state.param.map((old, i) => {
    const mean = m[i] / (1 - beta1 ** step);
    const deviation = Math.sqrt(v[i] / (1 - beta2 ** step));
    return old * (1 - lr * weightDecay) - lr * mean / (deviation + eps);
  });
  return { param, m, v };
}
