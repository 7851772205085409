import type * as z from "zod";
import type { Plugin } from "../../base/plugin.ts";
import type { Stage } from "../model.ts";

/** What an architecture knows about its task besides its own options. */
export interface ModelContext {
  readonly classes: number;
}

/**
 * torchvision's `DEFAULT` weights for ImageNet, and the images that they were evaluated with. Mean and standard
 * deviation are ImageNet's for all of them.
 */
export interface PretrainedWeights {
  /** The file on torchvision's hub; its name ends with the first digits of its SHA-256. */
  readonly file: string;
  /** The name for which DEFAULT stands. */
  readonly version: "IMAGENET1K_V1" | "IMAGENET1K_V2";
  /** The shorter side after the resize, and the side of the central crop, which the network sees. */
  readonly resize: number;
  readonly crop: number;
  readonly interpolation: "bilinear" | "bicubic";
}

/** torchvision's weights as it first trained them, evaluated at 256 / 224 of the image, or by its later recipe. */
export function pretrained(file: string, version: PretrainedWeights["version"]): PretrainedWeights {
  const resize = version === "IMAGENET1K_V1" ? 256 : 232;
  return { file, version, resize, crop: 224, interpolation: "bilinear" };
}

/**
 * An architecture that a configuration can name. It creates a list of layers under torchvision's names, in stages;
 * the last layer with parameters is the only one that depends on the classes.
 */
export interface ModelPlugin<Options extends z.ZodObject = z.ZodObject>
  extends Plugin<Options, ModelContext, readonly Stage[]> {
  readonly weights?: PretrainedWeights;
}

/** Ties the type of an architecture's options to the argument of its factory. */
export function defineModel<Options extends z.ZodObject>(plugin: ModelPlugin<Options>): ModelPlugin<Options> {
  return plugin;
}
