/** The options that all warps have. */
import * as z from "zod";
import type { AffineWarp, Interpolation } from "./operation.ts";
import { colorOf, fillLevels } from "./transform.ts";

/** How warped images are sampled and what their uncovered areas become. */
export type Warping = Pick<AffineWarp, "interpolation" | "fill">;

/** The options, with the default of the interpolation. */
export function warpingOptions(interpolation: Interpolation) {
  return {
    interpolation: z.enum(["nearest", "bilinear"]).default(interpolation),
    fill: fillLevels.default(0),
  };
}

/** The warping that {@link warpingOptions} describe. */
export function warpingOf(
  { interpolation, fill }: { interpolation: Interpolation; fill: z.output<typeof fillLevels> },
): Warping {
  return { interpolation, fill: colorOf(fill) };
}
