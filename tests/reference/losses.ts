/**
 * Classification losses over logits [N, C], each with its gradient by the logits. Reduction "mean" as PyTorch
 * means it: with class weights and labels, divided by the sum of the labels' weights.
 */

/** A loss and its gradient by the logits, [N, C]. */
export interface Loss {
  loss: number;
  dlogits: Float64Array;
}

/** Sizes and options; `weight` is [C], all ones if absent. */
export interface LossShape {
  n: number;
  classes: number;
  labelSmoothing?: number;
  weight?: Float64Array;
}

/** log softmax of one row of logits, free of overflow. */
function logSoftmax(row: Float64Array): Float64Array {
  const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = row.reduce((total, value) => total + Math.exp(value - largest), 0);
  return row.map((value) => value - largest - Math.log(sum));
}

/** Sum of -q[n,c] * log softmax[n,c] for fixed factors q [N, C], over a divisor. */
function weightedLoss(logits: Float64Array, factors: Float64Array, classes: number, divisor: number): Loss {
  const dlogits = new Float64Array(logits.length);
  let loss = 0;
  for (let start = 0; start < logits.length; start += classes) {
    const logP = logSoftmax(logits.subarray(start, start + classes));
    const q = factors.subarray(start, start + classes);
    const mass = q.reduce((a, b) => a + b, 0);
    for (let c = 0; c < classes; c++) {
      loss -= q[c] * logP[c] / divisor;
      dlogits[start + c] = (mass * Math.exp(logP[c]) - q[c]) / divisor;
    }
  }
  return { loss, dlogits };
}

/**
 * Cross-entropy with class-index labels [N] (torch.nn.functional.cross_entropy): (1 - e) * sum w_y * -log p_y
 * plus e / C * sum over all classes of w_c * -log p_c, both over sum w_y.
 */
export function crossEntropy(
  logits: Float64Array,
  labels: ArrayLike<number>,
  { n, classes, labelSmoothing = 0, weight = new Float64Array(classes).fill(1) }: LossShape,
): Loss {
  const factors = Float64Array.from({ length: n * classes }, (_, i) => {
    const c = i % classes, isLabel = labels[Math.floor(i / classes)] === c;
    return weight[c] * (labelSmoothing / classes + (isLabel ? 1 - labelSmoothing : 0));
  });
  let divisor = 0;
  for (let i = 0; i < n; i++) divisor += weight[labels[i]];
  return weightedLoss(logits, factors, classes, divisor);
}

/** Cross-entropy with target probabilities [N, C]; smoothing mixes them with 1 / C; the mean is over N. */
export function crossEntropySoft(
  logits: Float64Array,
  targets: Float64Array,
  { n, classes, labelSmoothing = 0, weight = new Float64Array(classes).fill(1) }: LossShape,
): Loss {
  const factors = targets.map((q, i) => {
    return weight[i % classes] * (q * (1 - labelSmoothing) + labelSmoothing / classes);
  });
  return weightedLoss(logits, factors, classes, n);
}

/** Focal loss (Lin et al. 2017): the mean of -(1 - p)^gamma * log p, where p is the label's softmax. */
export function focal(
  logits: Float64Array,
  labels: ArrayLike<number>,
  { n, classes, gamma }: { n: number; classes: number; gamma: number },
): Loss {
  const dlogits = new Float64Array(logits.length);
  let loss = 0;
  for (let i = 0; i < n; i++) {
    const logP = logSoftmax(logits.subarray(i * classes, (i + 1) * classes));
    const log = logP[labels[i]], p = Math.exp(log);
    loss -= (1 - p) ** gamma * log / n;
    const outer = gamma === 0 || p === 1 ? 0 : gamma * (1 - p) ** (gamma - 1) * p * log;
    const dLog = (outer - (1 - p) ** gamma) / n; // d loss / d log p
    for (let c = 0; c < classes; c++) {
      dlogits[i * classes + c] = dLog * ((labels[i] === c ? 1 : 0) - Math.exp(logP[c]));
    }
  }
  return { loss, dlogits };
}

/**
 * Focal loss with target probabilities q [N, C]: the mean over N of the sum of w_c q_c (1 - p_c)^gamma * -log p_c. By the
 * chain rule over p: d cost_c / d p_c = gamma (1 - p_c)^(gamma - 1) log p_c - (1 - p_c)^gamma / p_c.
 */
export function focalSoft(
  logits: Float64Array,
  targets: Float64Array,
  { n, classes, gamma, weight = new Float64Array(classes).fill(1) }: LossShape & { gamma: number },
): Loss {
  const dlogits = new Float64Array(logits.length);
  let loss = 0;
  for (let start = 0; start < logits.length; start += classes) {
    const logP = logSoftmax(logits.subarray(start, start + classes));
    for (let c = 0; c < classes; c++) {
      const q = weight[c] * targets[start + c], p = Math.exp(logP[c]), rest = -Math.expm1(logP[c]);
      if (q === 0) continue;
      loss -= q * rest ** gamma * logP[c] / n;
      const outer = gamma === 0 || rest === 0 ? 0 : gamma * rest ** (gamma - 1) * logP[c];
      const byP = q * (outer - rest ** gamma / p) / n;
      for (let k = 0; k < classes; k++) {
        dlogits[start + k] += byP * p * ((c === k ? 1 : 0) - Math.exp(logP[k])); // d p_c / d z_k
      }
    }
  }
  return { loss, dlogits };
}

/** Cross-entropy of one row as `reduction="none"` has it: with class weights as factors, and not divided by them. */
export function crossEntropyRow(
  logits: Float64Array,
  label: number | ArrayLike<number>,
  { labelSmoothing = 0, weight = new Float64Array(logits.length).fill(1) }: Omit<LossShape, "n" | "classes">,
): Loss {
  const classes = logits.length, logP = logSoftmax(logits);
  const share = (c: number) => typeof label === "number" ? (c === label ? 1 : 0) : label[c];
  const q = weight.map((w, c) => w * (share(c) * (1 - labelSmoothing) + labelSmoothing / classes));
  let loss = 0;
  const dlogits = new Float64Array(classes);
  for (let c = 0; c < classes; c++) {
    loss -= q[c] * logP[c];
    for (let k = 0; k < classes; k++) dlogits[k] -= q[c] * ((c === k ? 1 : 0) - Math.exp(logP[k]));
  }
  return { loss, dlogits };
}

/**
 * The focal loss that takes its p from the weighted, smoothed cross-entropy, as some trainers have it:
 *
 *   ce = F.cross_entropy(logits, y, weight=w, label_smoothing=s, reduction="none")
 *   loss = ((1 - torch.exp(-ce)) ** gamma * ce).mean()
 */
export function focalOfCrossEntropy(
  logits: Float64Array,
  labels: ArrayLike<number> | readonly ArrayLike<number>[],
  { n, classes, gamma, ...options }: LossShape & { gamma: number },
): Loss {
  const dlogits = new Float64Array(logits.length);
  let loss = 0;
  for (let i = 0; i < n; i++) {
    const row = crossEntropyRow(logits.subarray(i * classes, (i + 1) * classes), labels[i], options);
    const ce = row.loss, p = Math.exp(-ce), rest = -Math.expm1(-ce);
    loss += rest ** gamma * ce / n;
    const slope = rest ** gamma + (gamma === 0 ? 0 : gamma * rest ** (gamma - 1) * p * ce); // d loss / d ce
    dlogits.set(row.dlogits.map((value) => slope * value / n), i * classes);
  }
  return { loss, dlogits };
}
