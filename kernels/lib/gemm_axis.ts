/** The axes of an implicit matrix product: how rows or columns of a convolution, or of its dgrad, correspond. */

/** The layout of one axis, rows or columns, of the product. */
export interface GemmAxis {
  /** Pixels of x, of the sub-grid of y, and of the image that contains y. */
  readonly input: number;
  readonly output: number;
  readonly image: number;
  /** Taps along this axis, and the position of the first in x for the first pixel of y. */
  readonly taps: number;
  readonly start: number;
  /** Pixels of x between adjacent pixels of y. */
  readonly stride: number;
  /** The position of the sub-grid in its image: pixel = offset + i * spacing. */
  readonly offset: number;
  readonly spacing: number;
  /** Which of the filter's `size` taps these are: tap = first + i * every. */
  readonly first: number;
  readonly every: number;
  readonly size: number;
}

/** One axis of the forward product. */
export function forwardAxis(input: number, size: number, stride: number, padding: number): GemmAxis {
  const output = Math.floor((input + 2 * padding - size) / stride) + 1;
  const place = { image: output, offset: 0, spacing: 1 };
  return reachable({
    ...place,
    input,
    output,
    stride,
    taps: size,
    start: -padding,
    first: 0,
    every: 1,
    size,
  });
}

/** The axis without taps that fall on padding for every pixel: of a 3x3 filter over one pixel, all but the centre. */
function reachable(axis: GemmAxis): GemmAxis {
  const { input, output, stride, taps, start, first, every } = axis;
  const skipped = Math.min(taps, Math.max(0, -start - (output - 1) * stride));
  const left = Math.min(taps, input - start) - skipped;
  return { ...axis, taps: Math.max(0, left), start: start + skipped, first: first + skipped * every };
}

/**
 * The axis of a dgrad product, one for each parity `a` of a pixel of dx: pixels a, a + stride, ... of dx are covered
 * only by the taps with (a + padding - tap) divisible by the stride, from the last of them to the first.
 */
export function dgradAxes(
  input: number,
  output: number,
  size: number,
  stride: number,
  padding: number,
): GemmAxis[] {
  return Array.from({ length: Math.min(stride, input) }, (_, a) => {
    const lowest = (a + padding) % stride;
    const taps = Math.max(0, Math.ceil((size - lowest) / stride));
    const highest = lowest + (taps - 1) * stride;
    return reachable({
      input: output,
      output: Math.ceil((input - a) / stride),
      image: input,
      taps,
      start: (a + padding - highest) / stride,
      stride: 1,
      offset: a,
      spacing: stride,
      first: Math.max(0, highest),
      every: -stride,
      size,
    });
  });
}
