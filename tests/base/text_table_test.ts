import { assertEquals } from "@std/assert";
import { tableRow, textTable } from "../../src/base/text_table.ts";

Deno.test("textTable() has columns as wide as they need, numbers at the right, nothing behind the last", () => {
  const rows = [["class", "images", "share"], ["a", "12", "3.5 %"], ["longer name", "7", ""]];
  assertEquals(textTable(rows), [
    "class        images  share",
    "a                12  3.5 %",
    "longer name       7",
  ]);
  assertEquals(textTable(rows.slice(0, 2), "all"), ["class  images  share", "a      12      3.5 %"]);
  assertEquals(textTable([["n", "name"], ["10", "b"]], [1]), [" n  name", "10  b"]);
  assertEquals(textTable([]), []);
});

Deno.test("textTable() counts columns, and keeps a terminal's controls out", () => {
  assertEquals(textTable([["\u{1f600}", "1"], ["abc", "2"]]), ["\u{1f600}   1", "abc  2"]);
  assertEquals(textTable([["背番", "1"], ["abcde", "2"]]), ["背番   1", "abcde  2"]);
  assertEquals(textTable([["e\u0301", "1"], ["قطة", "2"]]), ["e\u0301    1", "قطة  2"]);
  assertEquals(textTable([["a\nb", "1"]]), ["a\\u000ab  1"]);
});

Deno.test("tableRow() keeps to widths that a longer text may exceed", () => {
  assertEquals(tableRow(["ab", "3", "x"], [4, 5, 0], [0, 2]), "ab        3  x");
  assertEquals(tableRow(["abcdef", "3"], [4, 5]), "abcdef      3");
});
