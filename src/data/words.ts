/** A count as it is written everywhere: "1,400". */
export function amount(count: number): string {
  return count.toLocaleString("en");
}

/** A count with its noun, for messages: "1 line", "2,000 lines", "3 classes", "4 epochs". */
export function counted(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${amount(count)} ${noun}${/(s|x|(?<!epo)ch|sh)$/.test(noun) ? "es" : "s"}`;
}
