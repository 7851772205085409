import * as z from "zod";
import { crossEntropyRows as costsOnDevice } from "../../ops/cross_entropy.ts";
import { focal as focalOnDevice } from "../../ops/focal.ts";
import { focalMean } from "../../ops/focal_mean.ts";
import { crossEntropyRows, weightedMean } from "./host.ts";
import {
  chosenWeights,
  classWeights,
  defineLoss,
  dividedByWeights,
  labelSmoothing,
  type LossPlugin,
  weightTensor,
} from "./loss.ts";

/**
 * Focal loss (Lin et al. 2017): w (1 - p)^gamma * -log p, with the label's softmax p and class weight w, summed over
 * rows and divided by the sum of w. If the context requests `focalBy: "cross_entropy"`: the plain mean of (1 -
 * exp(-c))^gamma * c over the rows' smoothed and weighted cross-entropies c.
 */
export const focal: LossPlugin = defineLoss({
  options: z.strictObject({
    gamma: z.number().min(0).default(2).describe("How strongly easy samples are down-weighted"),
    label_smoothing: labelSmoothing.describe(
      "Share of the target spread over all classes; used only with compat=reference",
    ),
    class_weights: classWeights,
  }).describe("Focal loss (Lin et al. 2017)"),
  make({ gamma, label_smoothing, class_weights }, context) {
    const { classes, focalBy = "softmax" } = context, weights = weightTensor(class_weights, context);
    if (focalBy === "softmax") {
      const options = { classes, gamma, weights };
      return dividedByWeights(
        (logits, target) => focalOnDevice(logits, target, options),
        class_weights,
        context,
      );
    }
    const options = { classes, labelSmoothing: label_smoothing, weights };
    return (logits, target) => focalMean(costsOnDevice(logits, target, options), target, { classes, gamma });
  },
  makeOnHost({ gamma, label_smoothing, class_weights }, context) {
    const { classes, focalBy = "softmax" } = context, weights = chosenWeights(class_weights, context);
    const focused = (cost: number, by: number) => (1 - Math.exp(-by)) ** gamma * cost;
    if (focalBy === "softmax") {
      const plain = { classes, labelSmoothing: 0, weights: undefined };
      return (logits, labels) => {
        const costs = crossEntropyRows(logits, labels, plain)
          .map((cost, row) => focused((weights?.[labels[row]] ?? 1) * cost, cost));
        return weightedMean(costs, labels, weights);
      };
    }
    const options = { classes, labelSmoothing: label_smoothing, weights };
    return (logits, labels) => {
      const costs = crossEntropyRows(logits, labels, options).map((cost) => focused(cost, cost));
      return weightedMean(costs, labels, undefined);
    };
  },
});
