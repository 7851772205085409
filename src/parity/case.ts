/** What the kinds of cases have in common: a kind reads its files and says what can be run, and what cannot. */
import type { Device } from "../core/device.ts";
import type { Comparison } from "./compare.ts";

/** A row of the table. */
export interface Row {
  /** The case, and the part of it where a case has several rows. */
  readonly name: string;
  readonly comparisons: readonly Comparison[];
  /** What else is worth saying, such as the share that rounding alone explains. */
  readonly note?: string;
}

/** A case of a folder, on the CPU or on the GPU. */
export type ParityCase =
  | { readonly name: string; readonly gpu: false; run(): readonly Row[] | Promise<readonly Row[]> }
  | { readonly name: string; readonly gpu: true; run(device: Device): Promise<readonly Row[]> };

/** What a kind finds in a folder. */
export interface Suite {
  readonly cases: readonly ParityCase[];
  /** What stands in the folder and wgrad cannot compute yet. */
  readonly notCovered: readonly string[];
}

/** Each name once, with how often it stands there: "perspective", "gaussian_blur (3)". */
export function counted(names: readonly string[]): string[] {
  const counts = Map.groupBy(names, (name) => name);
  return [...counts].map(([name, all]) => all.length > 1 ? `${name} (${all.length})` : name);
}
