/** Values on the command line: plain values, lists, maps, and sweeps over several of them. */

import type { Float } from "../../base/float.ts";
import type { Scalar } from "../tree.ts";

/** A value as written: quoted text is distinct from bare text. */
export type Element = Scalar | Float | Quoted | Sweep | readonly Element[] | ReadonlyMap<string, Element>;

/** Text in quotes, unescaped. */
export class Quoted {
  constructor(readonly text: string, readonly quote: string) {}
}

/** Values that a key takes one after another. */
export class Sweep {
  constructor(readonly values: SweepValues, readonly shuffled = false) {}
}

/** The ways to give several values. */
export type SweepValues =
  | { readonly kind: "choice"; readonly items: readonly Element[]; readonly simple: boolean }
  | { readonly kind: "range"; readonly start: number; readonly stop: number; readonly step: number }
  | { readonly kind: "glob"; readonly include: readonly string[]; readonly exclude: readonly string[] }
  | { readonly kind: "interval"; readonly start: number; readonly end: number };

/** Maximum number of values in one range. */
export const MOST_VALUES = 10_000;
