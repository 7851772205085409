/**
 * Every key that a configuration may have: its type, range, default and one line of explanation. Strict at
 * every level. What follows from the data (class names and their number) is not a key. A custom message
 * continues "Cannot use key=value because it ".
 */

import * as z from "zod";
import { pathSchema } from "../../base/path_schema.ts";
import { DEFAULT_PROVIDER, describeProviders, providerNames } from "../../core/providers/mod.ts";
import { callbacks } from "../../train/callbacks/mod.ts";
import { TTA } from "../../data/transforms/tta.ts";
import { loggers } from "../../train/loggers/mod.ts";
import type { Config } from "../config.ts";
import { dataSchema } from "./data.ts";
import { integer } from "./fields.ts";
import { lossSchema, modelSchema, optimizerSchema, schedulerSchema, trainerSchema } from "./training.ts";
import { transformsSchema } from "./transforms.ts";

/** Options of plug-ins by name; null or omitted: not chosen. */
function chosen<Options extends Readonly<Record<string, z.ZodType>>>(options: Options) {
  type Chosen = { [Name in keyof Options]: z.ZodOptional<z.ZodNullable<Options[Name]>> };
  const entries = Object.entries(options).map(([name, each]) => {
    return [name, each.nullable().optional().describe(each.description ?? "")];
  });
  return z.strictObject(Object.fromEntries(entries) as Chosen);
}

type Plugins = Readonly<Record<string, { readonly options: z.ZodType }>>;

/** The options of the built plug-ins. */
function optionsOf<Built extends Plugins>(plugins: Built) {
  return Object.fromEntries(Object.entries(plugins).map(([name, { options }]) => [name, options])) as {
    [Name in keyof Built]: Built[Name]["options"];
  };
}

/** The full configuration. */
export const configSchema = z.strictObject({
  seed: integer.min(0).default(42).describe("Everything random follows from it"),
  experiment: z.string()
    .regex(/^(?!\.+$)[A-Za-z0-9._-]+$/, "must be a file name of letters, digits, '.', '_' and '-'")
    .default("train").describe("What the run is called in run.json"),
  gpu: z.enum(providerNames).default(DEFAULT_PROVIDER).describe(describeProviders()),
  log_level: z.enum(["debug", "info", "warning", "error"]).default("info")
    .describe("The least important lines that are printed"),
  resume: pathSchema().default("never")
    .describe("never, auto: the experiment's last checkpoint, or the path of one"),
  checkpoint_dir: pathSchema().default("checkpoints").describe(
    "Where each experiment has a folder of checkpoints",
  ),
  compat: z.enum(["reference"]).nullable().default(null)
    .describe("reference: repeat three faults of the PyTorch original, for comparison"),
  model: modelSchema.describe("Network"),
  data: dataSchema.describe("Dataset and loader"),
  transforms: transformsSchema.describe("What images go through before the model"),
  loss: lossSchema.describe("Loss"),
  optimizer: optimizerSchema.describe("Optimiser"),
  scheduler: schedulerSchema.describe("Learning rate over time"),
  trainer: trainerSchema.prefault({}).describe("Training loop"),
  eval: z.strictObject({
    tta: z.enum(TTA).nullable().default(null).describe(
      "Views whose logits eval averages: flip: an image and its mirror image; crops: its corners and centre; null: one",
    ),
  }).prefault({}).describe("How deno task eval tests"),
  callbacks: chosen(optionsOf(callbacks)).prefault({})
    .describe("What happens around the training"),
  logging: chosen(optionsOf(loggers)).prefault({}).describe(
    "Where metrics go besides metrics.jsonl and metrics.csv",
  ),
}) satisfies z.ZodType<Config>;
