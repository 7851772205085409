/** Values that follow from a few sizes, kept because random crops repeat sizes. */

/** `make` with its results remembered; after `most` of them it forgets all. */
export function bySizes<Sizes extends readonly (number | string)[], T>(
  most: number,
  make: (...sizes: Sizes) => T,
): typeof make {
  const kept = new Map<string, T>();
  return (...sizes) => {
    const key = sizes.join();
    const known = kept.get(key);
    if (known !== undefined) return known;
    if (kept.size >= most) kept.clear();
    const made = make(...sizes);
    kept.set(key, made);
    return made;
  };
}
