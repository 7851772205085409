import { assertEquals } from "@std/assert";
import { parse } from "yaml";
import { formatYaml } from "../../src/config/format.ts";
import { toNode } from "../../src/config/tree.ts";

Deno.test("text is text for readers of YAML 1.1 such as PyYAML, too", () => {
  const texts = [
    "=",
    "<<",
    "2026-11-29",
    "2026-11-29 10:00:00",
    "07",
    "yes",
    "On",
    "1e3",
    "0x10",
    "~",
    "null",
    ".inf",
  ];
  texts.push(
    "1_000",
    "a=b",
    "<<<",
    "#1",
    "a: b",
    "- a",
    "*star",
    "&and",
    "!bang",
    "@home",
    "`tick`",
    "%",
    "",
    " ",
  );
  const written = formatYaml(toNode(Object.fromEntries(texts.map((text, i) => [`key${i}`, text])), "test"));
  const read = parse(written, { version: "1.1" });
  assertEquals(Object.values(read), texts);
});
