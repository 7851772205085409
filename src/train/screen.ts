/** Where callbacks show what they have to say. */
export interface Screen {
  /** Characters of a line; Infinity where it is no terminal. */
  columns(): number;
  print(line: string): void;
  /** Shows a line that is made anew as time goes by, on a terminal only; undefined takes it away. */
  status(make?: (columns: number) => string): void;
}
