/** How the processes that train one model together share out the images of a batch. */

/** A rank's share: of each batch of all ranks it takes the rows `rank`, `rank + size`, and so on. */
export interface Share {
  readonly rank: number;
  readonly size: number;
}

/** The share of a process by itself. */
export const WHOLE: Share = { rank: 0, size: 1 };

/** The number of a rank's rows in a batch of all ranks; the numbers of two ranks differ by at most 1. */
export function rowsOf({ rank, size }: Share, rows: number): number {
  return Math.max(0, Math.ceil((rows - rank) / size));
}
