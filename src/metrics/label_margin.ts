/**
 * How much a prediction speaks against a label: the probability of the best other class less that of the label, -1 .. 1
 * (the normalized margin of Northcutt et al. 2021, Confident Learning). Labels with the largest margins are those to look
 * at first.
 */
import { softmax } from "./softmax.ts";

/** What the logits of a row say. */
export interface Judged {
  readonly predicted: number;
  /** Probabilities of the predicted class and of the label. */
  readonly confidence: number;
  readonly own: number;
  readonly margin: number;
}

/** Judges rows of logits [N, classes] by their labels. */
export function judgeRows(logits: Float32Array, labels: ArrayLike<number>, classes: number): Judged[] {
  const shares = softmax(logits, classes);
  return Array.from(labels, (label, row) => {
    const own = shares[row * classes + label];
    let predicted = 0, other = 0;
    for (let k = 0; k < classes; k++) {
      const share = shares[row * classes + k];
      if (share > shares[row * classes + predicted]) predicted = k;
      if (k !== label && share > other) other = share;
    }
    return { predicted, confidence: shares[row * classes + predicted], own, margin: other - own };
  });
}
