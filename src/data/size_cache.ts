/** Values that follow from two sizes, kept because random crops repeat sizes. */

/** `make` with its results remembered; after `most` of them it forgets all. Sizes are below 65,536. */
export function bySizes<T>(
  most: number,
  make: (inSize: number, outSize: number) => T,
): (inSize: number, outSize: number) => T {
  const kept = new Map<number, T>();
  return (inSize, outSize) => {
    const key = inSize * 65536 + outSize;
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (kept.size >= most) kept.clear();
    const made = make(inSize, outSize);
    kept.set(key, made);
    return made;
  };
}
