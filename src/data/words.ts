/** A count as it is written everywhere: "1,400". */
export function amount(count: number): string {
  return count.toLocaleString("en");
}

/** How unbalanced classes are, in a sentence; `times` is the images of the largest over those of the smallest. */
export function imbalanceText(times: number): string {
  const rounded = times.toFixed(1);
  if (rounded !== "1.0") return `The largest class of train has ${rounded} times the images of the smallest.`;
  return `All classes of train have ${times === 1 ? "" : "nearly "}the same number of images.`;
}

/** A count with its noun, for messages: "1 line", "2,000 lines", "3 classes", "4 epochs". */
export function counted(count: number, noun: string): string {
  return `${amount(count)} ${nounFor(count, noun)}`;
}

/** A noun as it stands beside a count. */
export function nounFor(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}${/(s|x|(?<!epo)ch|sh)$/.test(noun) ? "es" : "s"}`;
}
