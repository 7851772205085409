/** The losses that a configuration can name. To add one, add a file to this folder and a line to this literal. */
import { makeByName, type Registry } from "../../base/plugin.ts";
import { cross_entropy } from "./cross_entropy.ts";
import { focal } from "./focal.ts";
import type { DeviceLossContext, HostLoss, Loss, LossContext } from "./loss.ts";

/** All losses by name. */
export const losses = { cross_entropy, focal } as const;

/** A loss's name. */
export type LossName = keyof typeof losses;

/** A loss's name, together with its options. */
export interface ChosenLoss {
  readonly name: LossName;
  readonly [option: string]: unknown;
}

/**
 * The chosen loss, on the context's device.
 * @throws RangeError if an option is unknown or out of range
 * @example const loss = makeLoss({ name: "cross_entropy", label_smoothing: 0 }, { device, classes: 5 });
 */
export function makeLoss({ name, ...options }: ChosenLoss, context: DeviceLossContext): Loss {
  return makeByName("loss", losses, name, options, context);
}

/**
 * The chosen loss on the CPU, for models that run elsewhere.
 * @throws RangeError if an option is unknown or out of range
 */
export function makeHostLoss({ name, ...options }: ChosenLoss, context: LossContext): HostLoss {
  const twins = Object.entries(losses).map(([name, { options, makeOnHost }]) => {
    return [name, { options, make: makeOnHost }];
  });
  return makeByName(
    "loss",
    Object.fromEntries(twins) as Registry<LossContext, HostLoss>,
    name,
    options,
    context,
  );
}
