/** The numbers of range(). */

import { MOST_VALUES } from "./element.ts";

/** The numbers of a range: from start by step, before stop. Exact for decimal steps such as 0.1. */
export function rangeValues({ start, stop, step }: { start: number; stop: number; step: number }): number[] {
  const digits = Math.max(...[start, stop, step].map(decimals));
  const scale = 10 ** digits;
  const [first, end, by] = [start, stop, step].map((value) => Math.round(value * scale));
  const values: number[] = [];
  for (let value = first; by > 0 ? value < end : value > end; value += by) {
    values.push(value / scale);
    if (values.length > MOST_VALUES) break;
  }
  return values;
}

function decimals(value: number): number {
  const [mantissa, exponent = "0"] = String(value).split("e");
  return Math.max(0, (mantissa.split(".")[1]?.length ?? 0) - Number(exponent));
}
