import { assertEquals, assertThrows } from "@std/assert";
import { drawing, element, escapeText } from "../../src/plots/svg.ts";
import { png } from "./layout.ts";

Deno.test("element() escapes text and attributes, and rounds numbers", () => {
  const made = element("text", { x: 1.23456, y: 2, fill: '"><script>', left: undefined }, "<b>&", [
    element("title", {}, "'"),
  ]);
  assertEquals(
    made.text,
    '<text x="1.23" y="2" fill="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;<title>&#39;</title></text>',
  );
});

Deno.test("element() refuses a coordinate that is not finite", () => {
  assertThrows(() => element("rect", { x: NaN }), RangeError, "current value is NaN");
});

Deno.test("drawing() is a document that a strict parser reads, whatever the text", async () => {
  const texts = ["\0\x07\x1b[31m", "\ud800 alone", "\ufffe", "]]>", "<!-- -->", "&amp;", "\u202e", "<?xml?>"];
  const made = drawing(100, 50, '"Font"', texts.map((text) => element("text", { y: 20 }, text)));
  const bytes = await png(made, 96);
  assertEquals([...bytes.subarray(1, 4)], [0x50, 0x4e, 0x47]);
  assertEquals(escapeText("a\0b\ud800"), "a\ufffdb\ufffd");
});
