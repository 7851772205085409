/** Loads what draws a comparison when there is one to draw. */
import type { Comparison } from "../../../src/plots/report/comparison.ts";
import { buildComparison } from "../../../src/plots/report/page/comparison.js";
import { onLayout } from "../../../src/plots/report/page/paper.js";

/** Builds a comparison in `place`, in place of what is there. @returns a function that ends it */
export function build(place: HTMLElement, comparison: Comparison): () => void {
  place.replaceChildren();
  return onLayout(buildComparison(place, comparison));
}
