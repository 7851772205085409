import type { LogitsMetric } from "./accuracy.ts";
import { mean } from "./mean.ts";
import { requireBatch } from "./rows.ts";
import { negativeLogLikelihood } from "./softmax.ts";

/**
 * Mean of -log p(label), with p the softmax of the logits: `torch.nn.functional.cross_entropy` without class weights
 * and label smoothing, in float64, of logits / temperature. Null without any sample.
 */
export function nll(classes: number, temperature = 1): LogitsMetric<number | null> {
  const average = mean("min");
  return {
    direction: "min",
    update(logits, labels) {
      requireBatch("nll", logits, labels, classes);
      for (let row = 0; row < labels.length; row++) {
        average.update(negativeLogLikelihood(logits, row * classes, classes, labels[row], temperature));
      }
    },
    compute: average.compute,
    reset: average.reset,
  };
}
