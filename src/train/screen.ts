import type { LiveLine } from "../base/progress.ts";

/** Where callbacks print. */
export interface Screen {
  /** Width of a line in characters; Infinity if it is not a terminal. */
  columns(): number;
  print(line: string): void;
  /** Shows a line that is updated over time, only on a terminal. */
  live(make: (columns: number) => string): LiveLine;
}
