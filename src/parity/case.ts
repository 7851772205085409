/** The common part of all kinds of cases: a kind reads its files and lists what can be run, and what cannot. */
import type { Device } from "../core/device.ts";
import type { Comparison } from "./compare.ts";

/** A row of the table. */
export interface Row {
  /** The case, and its part if it has several rows. */
  readonly name: string;
  readonly comparisons: readonly Comparison[];
  /** Additional information, such as the share of the tolerance that rounding alone explains. */
  readonly note?: string;
}

/** A case of a folder, on the CPU or on the GPU. */
export type ParityCase =
  | { readonly name: string; readonly gpu: false; run(): readonly Row[] | Promise<readonly Row[]> }
  | { readonly name: string; readonly gpu: true; run(device: Device): Promise<readonly Row[]> };

/** What one kind finds in a folder. */
export interface Suite {
  readonly cases: readonly ParityCase[];
  /** Parts of the folder that wgrad cannot compute yet. */
  readonly notCovered: readonly string[];
}

/** Each name once, with its number of occurrences: "perspective", "gaussian_blur (3)". */
export function counted(names: readonly string[]): string[] {
  const counts = Map.groupBy(names, (name) => name);
  return [...counts].map(([name, all]) => all.length > 1 ? `${name} (${all.length})` : name);
}
