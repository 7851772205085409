/** The ways to mix batches that a configuration can name. To add one, add a file to this folder and a line here. */
import { makeByName } from "../../base/plugin.ts";
import type { Rng } from "../../base/rng.ts";
import type { MixContext, Mixer } from "./batch_mix.ts";
import { cutmix } from "./cutmix.ts";
import { mixup } from "./mixup.ts";
import { timm_mixup } from "./timm_mixup.ts";

/** All ways to mix batches by name. */
export const mixers = { cutmix, mixup, timm_mixup };

/** One of these ways with its options, drawn anew for each batch; undefined if there are none. */
export function mixerOf(
  ways: readonly Readonly<Record<string, unknown>>[],
  context: MixContext,
): Mixer | undefined {
  const made = ways.flatMap(Object.entries<unknown>).map(([name, options]) =>
    makeByName<MixContext, Mixer>("way to mix", mixers, name, options, context)
  );
  return made.length === 0
    ? undefined
    : (rng: Rng, count: number) => made[rng.integer(made.length)](rng, count);
}
