/**
 * The keys of `transforms`: lists of steps, each a transform from the registry with its options. `normalize`
 * has no options here, because `data.normalization` chooses its values.
 */

import * as z from "zod";
import { mixers } from "../../data/mixing/mod.ts";
import { transforms as registry } from "../../data/transforms/mod.ts";
import { containsSteps } from "../../data/transforms/transform.ts";
import type { TransformStep } from "../config.ts";
import { childOf, keysOf } from "../schema_walk.ts";

/** The options of a transform. Steps nested in it have the same form as all steps here. */
function optionsOf({ options }: { readonly options: z.ZodObject }): z.ZodObject {
  const lists = Object.entries(options.shape).flatMap(([key, option]) => {
    if (!containsSteps(option as z.ZodType)) return [];
    const checks = (option as z.ZodArray).def.checks as unknown as z.core.CheckFn<TransformStep[]>[];
    return [[key, z.lazy(() => z.array(step).check(...checks ?? []))]];
  });
  return lists.length === 0 ? options : options.safeExtend(Object.fromEntries(lists));
}

const named = z.strictObject({
  ...Object.fromEntries(
    Object.entries(registry).map(([name, plugin]) => [name, optionsOf(plugin).optional()]),
  ),
  normalize: z.strictObject({}).optional(),
});

/** A name alone, or a name without options, means `{name: {}}`. */
const step: z.ZodType<TransformStep> = oneNamed(named);

const namedMixers = z.strictObject(
  Object.fromEntries(Object.entries(mixers).map(([name, { options }]) => [name, options.optional()])),
);

/** A way to mix a batch: its name with its options. */
const mixed: z.ZodType<Readonly<Record<string, unknown>>> = oneNamed(namedMixers);

function oneNamed<Named extends z.ZodType>(named: Named) {
  return z.preprocess(oneName, named);
}

function oneName(entry: unknown, context: z.core.$RefinementCtx): unknown {
  const map = typeof entry === "string" ? { [entry]: {} } : entry;
  if (typeof map === "object" && map !== null && !Array.isArray(map) && Object.keys(map).length === 1) {
    return Object.fromEntries(Object.entries(map).map(([name, given]) => [name, given ?? {}]));
  }
  context.addIssue({ code: "custom", message: 'must be a name or one "name: {option: value}"' });
  return z.NEVER;
}

/** True for a transform whose result can vary. */
function isRandom(name: string): boolean {
  return name in registry && registry[name as keyof typeof registry].random;
}

const evalStep = step.refine(
  (entry) => !Object.keys(entry).some(isRandom),
  "must not be random: evaluation sees the same image each time",
);

/** A name that a list may have, with the names of its options. */
interface Listed {
  readonly name: string;
  readonly options: readonly string[];
}

/** Every transform, for --help. */
export function transformOptions(): Listed[] {
  return listed(named);
}

/** Every way to mix a batch, for --help. */
export function mixingOptions(): Listed[] {
  return listed(namedMixers);
}

function listed(named: z.ZodObject): Listed[] {
  return Object.keys(named.shape).sort().map((name) => ({
    name,
    options: keysOf(childOf(named, name)!) ?? [],
  }));
}

/** A single way is a list of one. */
function oneOrMore(given: unknown): unknown {
  return typeof given === "string" || typeof given === "object" && given !== null && !Array.isArray(given)
    ? [given]
    : given;
}

/** The key `transforms`. */
export const transformsSchema = z.strictObject({
  train: z.array(step).describe("What a training image goes through, in order"),
  batch: z.preprocess(oneOrMore, z.array(mixed)).default([]).describe(
    `How a training batch is mixed: by one of these, drawn for each: ${Object.keys(mixers).join(", ")}`,
  ),
  eval: z.array(evalStep).describe("What any other image goes through, in order; nothing random"),
});
