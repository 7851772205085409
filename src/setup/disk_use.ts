import type { DiskFile } from "./host.ts";

/** The bytes that files take on the disk; a file with several names counts once. */
export function usedBytes(files: readonly DiskFile[]): number {
  return sum([...new Map(files.map((file) => [file.id, file.bytes])).values()]);
}

/** The bytes that are free once these files are removed: none of a file that keeps another name. */
export function freedBytes(files: readonly DiskFile[]): number {
  const byId = Map.groupBy(files, ({ id }) => id);
  return sum([...byId.values()].map((names) => names.length < names[0].names ? 0 : names[0].bytes));
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
