/** The losses that a configuration can name. A new one is a file beside this one and a line in this literal. */
import { cross_entropy } from "./cross_entropy.ts";
import { focal } from "./focal.ts";
import type { DeviceLossContext, HostLoss, Loss, LossContext, LossPlugin } from "./loss.ts";

/** All losses by name. */
export const losses = { cross_entropy, focal } as const;

/** A loss's name. */
export type LossName = keyof typeof losses;

/** A loss's name, and beside it the options of that loss, checked and complete. */
export interface ChosenLoss {
  readonly name: LossName;
}

/** The chosen loss, on the context's device. */
export function makeLoss({ name, ...options }: ChosenLoss, context: DeviceLossContext): Loss {
  return (losses[name] as LossPlugin).make(options, context);
}

/** The chosen loss on the processor, for models that run elsewhere. */
export function makeHostLoss({ name, ...options }: ChosenLoss, context: LossContext): HostLoss {
  return (losses[name] as LossPlugin).makeOnHost(options, context);
}
