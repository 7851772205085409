/**
 * What a configuration may say of transforms: lists of steps, each one entry of the data room's registry with its
 * options. Two things come from elsewhere: what `normalize` takes off from `data.normalization`, and sizes from
 * `data.image_size`.
 */

import * as z from "zod";
import { transforms as registry } from "../../data/transforms/mod.ts";
import { childOf, keysOf } from "../schema_walk.ts";

/** One step: a transform's name with its options. */
export interface TransformStep {
  readonly normalize?: Readonly<Record<string, never>> | undefined;
  readonly resize?:
    | {
      readonly size?: number | undefined;
      readonly ratio?: number | undefined;
      readonly keep_aspect?: boolean;
    }
    | undefined;
  readonly [name: string]: unknown;
}

type Registry = typeof registry;
type Options = { [Name in keyof Registry]: z.ZodOptional<Registry[Name]["options"]> };

const options = Object.fromEntries(
  Object.entries(registry).map(([name, { options }]) => [name, (options as z.ZodType).optional()]),
) as unknown as Options;

const held = z.lazy(() => z.array(step));

/** Transforms that hold others hold steps as they are written here. */
const holders = {
  random_apply: registry.random_apply.options.safeExtend({ transforms: held }).optional(),
  random_choice: registry.random_choice.options.safeExtend({ transforms: held }).optional(),
};

const fromElsewhere = {
  normalize: z.strictObject({}).optional(),
  resize: registry.resize.options.extend({ ratio: z.number().positive().optional() })
    .refine(
      ({ size, ratio }) => size === undefined || ratio === undefined,
      "must have size or ratio, not both",
    )
    .optional(),
};

const named = z.strictObject({
  ...options,
  ...holders,
  ...fromElsewhere,
});

/** A name alone and a name without options mean `{name: {}}`. */
const step: z.ZodType<TransformStep> = z.preprocess((entry, context) => {
  const map = typeof entry === "string" ? { [entry]: {} } : entry;
  if (typeof map === "object" && map !== null && !Array.isArray(map) && Object.keys(map).length === 1) {
    return Object.fromEntries(Object.entries(map).map(([name, given]) => [name, given ?? {}]));
  }
  context.addIssue({ code: "custom", message: 'must be a name or one "name: {option: value}"' });
  return z.NEVER;
}, named);

/** True for a transform whose result is not always the same. */
function isRandom(name: string): boolean {
  return name in registry && registry[name as keyof Registry].random;
}

const evalStep = step.refine(
  (entry) => !Object.keys(entry).some(isRandom),
  "must not be random: evaluation sees the same image each time",
);

/** Every transform with the names of its options, for --help. */
export function transformOptions(): { name: string; options: string[] }[] {
  return Object.keys(named.shape).sort().map((name) => ({
    name,
    options: keysOf(childOf(named, name)!) ?? [],
  }));
}

/** The key `transforms`. */
export const transformsSchema = z.strictObject({
  train: z.array(step).describe("What a training image goes through, in order"),
  eval: z.array(evalStep).describe("What any other image goes through, in order; nothing random"),
});
