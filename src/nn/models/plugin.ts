import type * as z from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { Stage } from "../model.ts";

/** What an architecture knows about its task besides its own options. */
export interface ModelContext {
  readonly classes: number;
}

/**
 * An architecture that a configuration can name. It creates a list of layers under torchvision's names, in stages;
 * the last layer with parameters is the only one that depends on the classes.
 */
export interface ModelPlugin<Options extends z.ZodType = z.ZodType>
  extends Plugin<Options, ModelContext, readonly Stage[]> {
  /** torchvision's `DEFAULT` weights for ImageNet: the file name on its hub. */
  readonly hubFile?: string;
}

/** Ties the type of an architecture's options to the argument of its factory. */
export function defineModel<Options extends z.ZodType>(plugin: ModelPlugin<Options>): ModelPlugin<Options> {
  return plugin;
}
