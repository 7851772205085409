/** `compat=reference`: what the PyTorch original did otherwise, as options of the parts that can do it too. */
import type { Config } from "../config/mod.ts";
import type { LossContext } from "../nn/losses/loss.ts";

/** How a run behaves where the original behaved otherwise. */
export interface Behaviour {
  /** Options of the moving averages; the original never read their warm-up. */
  readonly ema: Config["callbacks"]["ema"];
  /** Balanced class weights stay in the loss beside a sampler that balances. */
  readonly weighsTwice: boolean;
  readonly focalBy: NonNullable<LossContext["focalBy"]>;
}

/** The behaviour that `compat` asks for. */
export function behaviourOf({ compat, callbacks: { ema } }: Config): Behaviour {
  if (compat === null) return { ema, weighsTwice: false, focalBy: "softmax" };
  return { ema: ema && { ...ema, warmup_steps: 0 }, weighsTwice: true, focalBy: "cross_entropy" };
}

/** What `compat` switches, in a line; undefined if it switches nothing. */
export function compatNote({ compat }: Config): string | undefined {
  if (compat === null) return undefined;
  return "  note: compat=reference repeats the original: callbacks.ema.warmup_steps is not read, class weights stay on " +
    "beside a balancing sampler, and focal's p_t comes from the weighted, smoothed loss";
}
