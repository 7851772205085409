import type * as z from "zod";
import type { Adamw, FlatParameters } from "../adamw.ts";

/** An optimiser that a configuration can name: its options, the base learning rate among them, and how it is made. */
export interface OptimizerPlugin<
  Schema extends z.ZodType<{ readonly lr: number }> = z.ZodType<{ readonly lr: number }>,
> {
  readonly options: Schema;
  make(options: z.output<Schema>, parameters: FlatParameters): Adamw;
}

/** Ties a plug-in's options to the argument of its factory. */
export function defineOptimizer<Schema extends z.ZodType<{ readonly lr: number }>>(
  plugin: OptimizerPlugin<Schema>,
): OptimizerPlugin<Schema> {
  return plugin;
}
