/** The mean of logits of several views, [N, classes] each. @throws RangeError if they are not of the same images */
export function meanLogits(views: readonly Float32Array[]): Float32Array {
  const [first, ...others] = views;
  if (others.some(({ length }) => length !== first.length)) {
    throw new RangeError(
      `Cannot average views: they must be of the same images, current lengths are ${
        views.map(({ length }) => length).join(", ")
      }`,
    );
  }
  return first.map((value, i) => others.reduce((sum, view) => sum + view[i], value) / views.length);
}
