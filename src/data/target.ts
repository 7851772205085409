/**
 * What the rows of a batch are to be classified as, on the host: a class each, or two classes and how much the first of
 * them counts, which is the target of mixed images. The GPU makes probabilities of the second kind.
 */
export type HostTarget =
  /** Class indices [N]. */
  | { readonly kind: "indices"; readonly labels: Uint32Array }
  /** Class indices [N] twice, and shares [N] of the first, 0 .. 1. */
  | {
    readonly kind: "mixed";
    readonly first: Uint32Array;
    readonly second: Uint32Array;
    readonly shares: Float32Array;
  };

/**
 * The class that each row counts as where one is asked for, as in metrics: the one with the larger share, of equal ones
 * the lower.
 */
export function topClasses(target: HostTarget): Uint32Array {
  if (target.kind === "indices") return target.labels;
  const { first, second, shares } = target;
  return first.map((label, row) => {
    const isFirst = shares[row] > .5 || (shares[row] === .5 && label < second[row]);
    return isFirst ? label : second[row];
  });
}
