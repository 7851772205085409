import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../../src/base/errors.ts";
import { decodeText } from "../../../src/data/files/text.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const utf16 = (text: string) =>
  Uint8Array.from(text, (unit) => unit.charCodeAt(0)).reduce<number[]>(
    (all, byte) => [...all, byte, 0],
    [],
  );

for (
  const [name, file, encoding] of [
    ["German in Latin-1", bytes(0x22, 0xd6, 0x6c, 0x22, 0x2c, 0xc4, 0x6c), "windows-1252"],
    [
      "Russian",
      bytes(0xea, 0xee, 0xf8, 0xea, 0xe0, 0x2c, 0xf1, 0xee, 0xe1, 0xe0, 0xea, 0xe0),
      "windows-1251",
    ],
    ["Japanese", bytes(0x94, 0x4c, 0x2c, 0x8c, 0xa2), "shift_jis"],
    ["UTF-16", bytes(...utf16("file,label\n")), "utf-16le"],
    ["UTF-16 with its mark", bytes(0xff, 0xfe, ...utf16("a")), "utf-16le"],
  ] as const
) {
  Deno.test(`decodeText() says the encoding of ${name}, and reads it if told`, () => {
    assertThrows(
      () => decodeText(file, "labels.csv"),
      DataError,
      `seems to be ${encoding}; give data.encoding=${encoding}`,
    );
    decodeText(file, "labels.csv", encoding);
  });
}

Deno.test("decodeText() reads UTF-8 without its mark", () =>
  assertEquals(decodeText(new TextEncoder().encode("\uFEFFÖl"), "x.csv"), "Öl"));
