import * as z from "zod";
import { crossEntropy } from "../../ops/cross_entropy.ts";
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

/** Cross-entropy with label smoothing and class weights (torch.nn.CrossEntropyLoss). */
export const cross_entropy: LossPlugin = defineLoss({
  options: z.strictObject({ label_smoothing: labelSmoothing, class_weights: classWeights })
    .describe("Cross-entropy, as torch.nn.CrossEntropyLoss"),
  make({ label_smoothing, class_weights }, context) {
    const { classes } = context, weights = weightTensor(class_weights, context);
    const options = { classes, labelSmoothing: label_smoothing, weights };
    return dividedByWeights(
      (logits, target) => crossEntropy(logits, target, options),
      class_weights,
      context,
    );
  },
  makeOnHost({ label_smoothing, class_weights }, context) {
    const { classes } = context, weights = chosenWeights(class_weights, context);
    return (logits, labels) => {
      const costs = crossEntropyRows(logits, labels, { classes, labelSmoothing: label_smoothing, weights });
      return weightedMean(costs, labels, weights);
    };
  },
});
