import { assertEquals } from "@std/assert";
import { fromFloat16, toFloat16 } from "../../src/formats/half.ts";

Deno.test("toFloat16() gives back each of the 65,536 patterns, NaN aside", () => {
  for (let bits = 0; bits < 65536; bits++) {
    const value = fromFloat16(bits);
    if (!Number.isNaN(value)) assertEquals(toFloat16(value), bits);
  }
  assertEquals(Number.isNaN(fromFloat16(toFloat16(NaN))), true);
});

Deno.test("toFloat16() rounds to the nearest, and what lies between two to the even one", () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const low = fromFloat16(bits), high = fromFloat16(bits + 1), middle = (low + high) / 2;
    const near = (high - low) / 64;
    assertEquals(toFloat16(middle), bits % 2 === 0 ? bits : bits + 1);
    assertEquals([toFloat16(middle - near), toFloat16(-middle - near)], [bits, 0x8000 | (bits + 1)]);
  }
  assertEquals([65519.9, 65520, -1e9].map(toFloat16), [0x7bff, 0x7c00, 0xfc00]);
});
