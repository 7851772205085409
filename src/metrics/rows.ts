/** Input checks shared by all metrics of class scores: whole rows of scores, and a label in range for each. */

/**
 * The number of classes implied by the lengths of logits and labels; 0 without any sample.
 * @throws TypeError if the logits do not form one row for each label
 */
export function countClasses(what: string, logits: Float32Array, labels: ArrayLike<number>): number {
  const classes = labels.length === 0 ? 0 : logits.length / labels.length;
  const fits = labels.length === 0 ? logits.length === 0 : Number.isInteger(classes) && classes >= 1;
  if (fits) return classes;
  throw new TypeError(
    `Cannot compute ${what}: logits must form one row for each label, ` +
      `current lengths are ${logits.length} logits and ${labels.length} labels`,
  );
}

/**
 * Checks a batch of logits [N, classes] and labels [N].
 * @throws TypeError if a shape does not match, RangeError if a label is out of range
 */
export function requireBatch(
  what: string,
  logits: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
): void {
  const current = countClasses(what, logits, labels);
  if (labels.length > 0 && current !== classes) {
    throw new TypeError(
      `Cannot update ${what}: logits must be [N, ${classes}], current shape is [${labels.length}, ${current}]`,
    );
  }
  for (let row = 0; row < labels.length; row++) requireLabel(what, labels[row], classes, row);
}

/** Returns the label of sample `row`. @throws RangeError unless it is 0 .. classes - 1 */
export function requireLabel(what: string, label: number, classes: number, row: number): number {
  if (Number.isInteger(label) && label >= 0 && label < classes) return label;
  throw new RangeError(
    `Cannot compute ${what}: labels must be 0 to ${classes - 1}, current label of sample ${row} is ${label}`,
  );
}
