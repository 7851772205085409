/**
 * What a configuration may say of transforms: lists of steps, each one entry of the data room's registry with its
 * options. Two things come from elsewhere: mean and std from `data.normalization`, sizes from `data.image_size`.
 */

import * as z from "zod";
import { transforms as registry } from "../data/transforms/mod.ts";
import { isMap } from "./values.ts";

type Registry = typeof registry;
type Options = { [Name in keyof Registry]: z.ZodOptional<Registry[Name]["options"]> };

const isRandom = (name: string) => name in registry && registry[name as keyof Registry].random;

const options = Object.fromEntries(
  Object.entries(registry).map(([name, { options }]) => [name, (options as z.ZodType).optional()]),
) as unknown as Options;

const fromElsewhere = {
  normalize: z.strictObject({}).optional(),
  resize: registry.resize.options.extend({ ratio: z.number().positive().optional() })
    .refine(
      ({ size, ratio }) => size === undefined || ratio === undefined,
      "must have size or ratio, not both",
    )
    .optional(),
};

const named = z.strictObject({ ...options, ...fromElsewhere });

/** A name alone and a name without options stand for `{name: {}}`. */
const step = z.preprocess((entry, context) => {
  const map = typeof entry === "string" ? { [entry]: {} } : entry;
  if (isMap(map) && Object.keys(map).length === 1) {
    return Object.fromEntries(Object.entries(map).map(([name, given]) => [name, given ?? {}]));
  }
  context.addIssue({ code: "custom", message: 'must be a name or one "name: {option: value}"' });
  return z.NEVER;
}, named);

const evalStep = step.refine(
  (entry) => !Object.keys(entry).some(isRandom),
  "must not be random: evaluation sees the same picture each time",
);

/** The key `transforms`. */
export const transformsSchema = z.strictObject({
  train: z.array(step).describe("What a training image goes through, in order"),
  eval: z.array(evalStep).describe("What any other image goes through, in order; nothing random"),
});

/** One step: a transform's name with its options. */
export type TransformStep = z.output<typeof step>;
