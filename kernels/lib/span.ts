/**
 * Spans: the adjacent pixels of a row that a thread works on, and the columns of x under their taps. Taps of adjacent
 * pixels share columns, so that a 3x3 filter over 8 pixels loads 10 columns instead of 24.
 */

/** How the taps of a row of y cover a row of x: pixel q covers the columns q * stride + start ... + taps - 1. */
export interface RowGeometry {
  /** Columns of x and of y. */
  readonly input: number;
  readonly output: number;
  readonly stride: number;
  readonly start: number;
  readonly taps: number;
}

/** The spans of a row. */
export interface Spans {
  /** Spans in a row. */
  readonly count: number;
  /** The pixels of a span that are inside y for at least one span. */
  readonly pixels: readonly number[];
  /** The columns of x, counted from a span's first, that a tap of a pixel covers inside x for at least one span. */
  readonly columns: readonly number[];
  /** The columns that are outside x for some span. */
  readonly tested: readonly number[];
  /** True if a pixel is inside y for every span. */
  isPixel(pixel: number): boolean;
  /** The column under a tap of a pixel; undefined if it is always padding. */
  column(pixel: number, tap: number): number | undefined;
}

/** Splits the rows of y into spans of `size` pixels. */
export function spansOf(row: RowGeometry, size: number): Spans {
  const { input, output, stride, start, taps } = row;
  const count = Math.ceil(output / size), last = (count - 1) * size;
  const isOutside = (column: number) => start + last * stride + column < 0 || start + column >= input;
  const pixels = range(Math.min(size, output));
  const column = (pixel: number, tap: number) => {
    const place = pixel * stride + tap;
    return isOutside(place) ? undefined : place;
  };
  const met = new Set(pixels.flatMap((pixel) => range(taps).map((tap) => column(pixel, tap))));
  met.delete(undefined);
  const columns = [...met as Set<number>].sort((a, b) => a - b);
  return {
    count,
    pixels,
    columns,
    tested: columns.filter((column) => start + column < 0 || start + last * stride + column >= input),
    isPixel: (pixel) => last + pixel < output,
    column,
  };
}

/** 0 ... count - 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
