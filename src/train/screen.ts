/** Where callbacks print. */
export interface Screen {
  /** Width of a line in characters; Infinity if it is not a terminal. */
  columns(): number;
  print(line: string): void;
  /** Shows a line that is updated over time, only on a terminal; undefined removes it. */
  status(make?: (columns: number) => string): void;
}
