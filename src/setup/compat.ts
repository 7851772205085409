/**
 * `compat=reference`: the behaviour of the PyTorch original where it differs, as options for the parts that
 * support it.
 */
import type { Config } from "../config/mod.ts";
import type { LossContext } from "../nn/losses/loss.ts";

/** Behaviour in which a run can follow the original. */
export interface Behaviour {
  /** Options of the moving averages; the original never used its warm-up setting. */
  readonly ema: Config["callbacks"]["ema"];
  /** Balanced class weights stay in the loss even if the sampler balances too. */
  readonly weighsTwice: boolean;
  readonly focalBy: NonNullable<LossContext["focalBy"]>;
}

/** The behaviour that `compat` asks for. */
export function behaviourOf({ compat, callbacks: { ema } }: Config): Behaviour {
  if (compat === null) return { ema, weighsTwice: false, focalBy: "softmax" };
  return { ema: ema && { ...ema, warmup_steps: 0 }, weighsTwice: true, focalBy: "cross_entropy" };
}

/** What `compat` changes, in one line; undefined if it changes nothing. */
export function compatNote({ compat }: Config): string | undefined {
  if (compat === null) return undefined;
  return "  note: compat=reference repeats the original: callbacks.ema.warmup_steps is not read, class weights stay on " +
    "beside a balancing sampler, and focal's p_t comes from the weighted, smoothed loss";
}
