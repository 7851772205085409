import { assertEquals } from "@std/assert";
import { csvCells, csvLine } from "../../src/base/csv.ts";

Deno.test("csvLine() quotes as RFC 4180 does", () => {
  assertEquals(csvLine(["a", 1.5, -2, 'b "c"', "d,e", "f\ng", ""]), 'a,1.5,-2,"b ""c""","d,e","f\ng",');
});

Deno.test("csvLine() puts an apostrophe before what a spreadsheet would run, not before numbers", () => {
  const names = ["=1+1", "+A1", "-A1", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://x")', "＝1"];
  for (const name of names) assertEquals(csvLine([name]).replace(/^"/, "")[0], "'", name);
  const plain = ["-1", "+1", "-0.5", "a=b", "a-b", "x@y", "'t", "–"];
  assertEquals(csvLine(plain), plain.join(","));
});

Deno.test("csvCells() reads what csvLine() wrote", () => {
  const cells = ["a", "b,c", 'd"e', "=1", "-A1", "'t", "", "-3", "＠x"];
  assertEquals(csvCells(csvLine(cells)), cells);
});
