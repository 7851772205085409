/** What files take on the disk. */
import { mib } from "../base/byte_size.ts";
import type { DiskFile, Host } from "./host.ts";

/** A line on what a run takes: its folder, and what its checkpoints take beside that. */
export async function describeDiskUse(
  host: Pick<Host, "filesBelow">,
  { folder, checkpoints }: { readonly folder: string; readonly checkpoints: string },
): Promise<string> {
  const own = await host.filesBelow(folder), all = [...own, ...await host.filesBelow(checkpoints)];
  const more = usedBytes(all) - usedBytes(own);
  const line = `${mib(usedBytes(own))} in ${folder}`;
  return more === 0 ? line : `${line}, ${mib(more)} more in ${checkpoints}`;
}

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
