import { assertEquals, assertNotEquals } from "@std/assert";
import { temporaryName, temporaryOf } from "../../src/base/temporary_name.ts";

Deno.test("a temporary name says what it is to become and who made it, and is nobody else's", () => {
  for (const path of ["a/b.json", "x", "a.tmp", "it's.here-12345678.tmp"]) {
    assertEquals(temporaryOf(temporaryName(path, "p12m34")), { path, maker: "p12m34" });
    assertNotEquals(temporaryName(path), temporaryName(path));
  }
  for (const other of ["a.tmp", "a.x-1234.tmp", "a.x-12345678", "x-12345678.tmp"]) {
    assertEquals(temporaryOf(other), undefined);
  }
});
