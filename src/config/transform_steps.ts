import { IMAGENET } from "../data/types.ts";
import { resizedSide } from "../data/transforms/resize.ts";
import type { Step } from "../data/transforms/transform.ts";
import type { Config } from "./schema/mod.ts";
import type { TransformStep } from "./schema/transforms.ts";

/**
 * The steps of both pipelines as `pipeline()` of src/data takes them: `normalize` with the values that
 * `data.normalization` names, and `resize: {ratio}` with the size that is `data.image_size` times that, rounded.
 */
export function pipelineSteps({ transforms, data }: Config): { train: Step[]; eval: Step[] } {
  const fill = ({ normalize, resize, ...others }: TransformStep): Step => {
    if (normalize !== undefined) return { normalize: IMAGENET };
    if (resize !== undefined) {
      const { keep_aspect, ...sizes } = resize;
      return { resize: { size: resizedSide(sizes, data.image_size), keep_aspect } };
    }
    return Object.fromEntries(Object.entries(others).map(([name, options]) => [name, fillBelow(options)]));
  };
  const fillBelow = (options: unknown) => {
    const held = (options as { transforms?: readonly TransformStep[] } | undefined)?.transforms;
    return held === undefined ? options : { ...options as object, transforms: held.map(fill) };
  };
  return { train: transforms.train.map(fill), eval: transforms.eval.map(fill) };
}
