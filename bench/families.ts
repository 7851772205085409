/** Kernels grouped by purpose. */

/** The first pattern that matches a kernel's name determines its family. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  "linear": /^linear|^column_sum/,
  "conv forward": /^conv\w*forward/,
  "conv dgrad": /^conv\w*dgrad|^transpose_filter/,
  "conv wgrad": /^conv\w*wgrad|^split_sum/,
  "split operands": /^largest_magnitude/,
  "batch norm": /batch_norm/,
  "relu and add": /relu|^add/,
  "pooling": /pool/,
  "loss and counts": /cross_entropy|focal|tally|rank/,
  "optimiser": /^update|gradient|clip|ema|scale/,
};

/** The families in table order; "other" contains what no pattern matches. */
export const FAMILIES: readonly string[] = [
  "conv forward",
  "conv dgrad",
  "conv wgrad",
  "split operands",
  "batch norm",
  "relu and add",
  "pooling",
  "linear",
  "loss and counts",
  "optimiser",
  "other",
];

/** The family of a kernel. */
export function familyOf(kernel: string): string {
  return Object.keys(PATTERNS).find((family) => PATTERNS[family].test(kernel)) ?? "other";
}
