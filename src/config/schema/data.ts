/** The key `data`: the dataset and how it is loaded. */

import * as z from "zod";
import { pathSchema } from "../../base/path_schema.ts";
import { LIMIT, limitBytes } from "../../data/decode/cache_limit.ts";
import { MAX_PIXELS } from "../../data/decode/picture_header.ts";
import { datasets } from "../../data/datasets/mod.ts";
import { count, integer, share } from "./fields.ts";
import { kindsOf } from "./kinds.ts";

const sampler = z.strictObject({
  mode: z.enum(["disabled", "auto", "manual"]).default("disabled")
    .describe("disabled: shuffle; auto: rare classes more often; manual: by weights"),
  weights: z.record(z.string(), z.number().min(0)).default({}).describe(
    "manual: {class: weight}; absent = 1",
  ),
  num_samples: count.nullable().default(null).describe(
    "auto, manual: images an epoch; null: as many as there are",
  ),
  replacement: z.boolean().default(true).describe(
    "auto, manual: an image may be drawn again within an epoch",
  ),
});

const shared = {
  image_size: integer.min(8).default(224).describe(
    "Side of the square that the model sees, in pixels; auto: that of the model's torchvision weights",
  ),
  batch_size: count.default(64).describe("Images a training step"),
  eval_batch_size: count.nullable().default(null).describe("Images a validation step; null: batch_size"),
  drop_last: z.boolean().default(false).describe("Leave out an epoch's last batch if it is not full"),
  holdout: z.number().min(0).max(0.5).nullable().default(null)
    .describe("An earlier name of split.valid, before which it goes; null: not used"),
  max_unreadable: share.default(0.05).describe("Share of unreadable images above which the run ends"),
  max_pixels: count.default(MAX_PIXELS).describe("Pixels above which an image counts as unreadable"),
  on_unreadable: z.enum(["skip", "error"]).default("skip")
    .describe("An unreadable image is named and skipped, or ends the run"),
  on_change: z.enum(["error", "continue"]).default("error")
    .describe("A run that resumes on data with other files is refused, or goes on with them"),
  normalization: z.enum(["imagenet"]).default("imagenet")
    .describe("Mean and standard deviation of R, G, B: ImageNet's"),
  prefetch: integer.min(0).default(2).describe("Batches made ready ahead of the GPU"),
  num_workers: integer.min(0).default(0).describe("Threads that prepare images besides the main one"),
  persistent_workers: z.boolean().default(true).describe("Keep the threads from one epoch to the next"),
  cache: z.enum(["none", "ram", "disk", "auto"]).default("auto")
    .describe("Where decoded images are kept; auto: ram where they fit"),
  cache_size: z.union([z.enum(["auto", "full"]), integer.min(8)], {
    error: "must be auto, full or an integer of at least 8",
  }).default("auto").describe(
    "Shorter side to which larger images of train are reduced; auto: what its transforms use; full: none is",
  ),
  cache_limit: z.union([z.string(), integer.min(0)]).refine(
    (given) => limitBytes(given, 1) !== undefined,
    LIMIT,
  )
    .default("50%").describe(
      "Most that the cache files of all datasets take on the disk: 20GB, or a share of what is free and theirs",
    ),
  patch: pathSchema().nullable().default(null)
    .describe("JSONL of corrections that drop or relabel images, as deno task stats --patch FILE writes it"),
  sampler: sampler.prefault({}).describe("Which images an epoch sees"),
};

/** Where images come from. */
export const dataSchema = kindsOf(datasets, { name: "Where images come from", shared });
