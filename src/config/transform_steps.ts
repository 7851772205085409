import { IMAGENET } from "../data/types.ts";
import { resizedSide } from "../data/transforms/resize.ts";
import type { Step } from "../data/transforms/transform.ts";
import type { Config, TransformStep } from "./config.ts";

/**
 * The steps of both pipelines for `pipeline()` in src/data: `normalize` gets the values named by
 * `data.normalization`, and `resize: {ratio}` gets `data.image_size` times that ratio, rounded.
 */
export function pipelineSteps({ transforms, data }: Config): { train: Step[]; eval: Step[] } {
  const fill = ({ normalize, resize, ...others }: TransformStep): Step => {
    if (normalize !== undefined) return { normalize: IMAGENET };
    if (resize !== undefined) {
      const { size, ratio, ...others } = resize;
      return { resize: { size: resizedSide({ size, ratio }, data.image_size), ...others } };
    }
    return Object.fromEntries(Object.entries(others).map(([name, options]) => [name, fillBelow(options)]));
  };
  const fillBelow = (options: unknown) => {
    const held = (options as { transforms?: readonly TransformStep[] } | undefined)?.transforms;
    return held === undefined ? options : { ...options as object, transforms: held.map(fill) };
  };
  return { train: transforms.train.map(fill), eval: transforms.eval.map(fill) };
}
