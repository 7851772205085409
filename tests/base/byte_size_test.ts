import { assertEquals } from "@std/assert";
import { parseByteSize } from "../../src/base/byte_size.ts";

Deno.test("parseByteSize() reads powers of 1000 and of 1024", () => {
  const read: [string | number, number][] = [
    ["20GB", 20e9],
    ["1.5 GiB", 1.5 * 2 ** 30],
    ["3kb", 3000],
    ["2TB", 2e12],
    ["7 MiB", 7 * 2 ** 20],
    ["12B", 12],
    ["100", 100],
    [4096, 4096],
    ["0", 0],
  ];
  for (const [text, bytes] of read) assertEquals(parseByteSize(text), bytes, String(text));
  for (const text of ["", "GB", "-1GB", "1 G", "1iB", "1e9", "20GBs", "20 %", "1.GB", "NaN", -3, 1.5e300]) {
    assertEquals(parseByteSize(text), undefined, String(text));
  }
});
