/** How much the cache of decoded images may take on the disk. */
import { parseByteSize } from "../../base/byte_size.ts";

/** What a limit must be. */
export const LIMIT = "must be a size such as 20GB, or a share of the disk such as 50%";

/** The bytes that `limit` allows on a disk that has `available` of them: "20GB" or, of these, "50%". */
export function limitBytes(limit: string | number, available: number): number | undefined {
  const [, percent] = /^(\d+(?:\.\d+)?) ?%$/.exec(String(limit)) ?? [];
  if (percent === undefined) return parseByteSize(limit);
  return Number(percent) <= 100 ? Math.floor(available * Number(percent) / 100) : undefined;
}
