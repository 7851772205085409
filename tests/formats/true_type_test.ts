import { assert, assertEquals, assertThrows } from "@std/assert";
import { readTrueType } from "../../src/formats/true_type.ts";

const path = new URL(import.meta.resolve("@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf"));
const bytes = Deno.readFileSync(path);

/** The same font with the character map of one format hidden. */
function without(format: number): Uint8Array {
  const copy = bytes.slice(), view = new DataView(copy.buffer);
  for (let i = 0, at = 12; i < view.getUint16(4); i++, at += 16) {
    if (new TextDecoder().decode(copy.subarray(at, at + 4)) !== "cmap") continue;
    const start = view.getUint32(at + 8);
    for (let j = 0; j < view.getUint16(start + 2); j++) {
      const map = start + view.getUint32(start + 8 + 8 * j);
      if (view.getUint16(map) === format) view.setUint16(map, 99);
    }
  }
  return copy;
}

Deno.test("readTrueType() gives the same widths by both kinds of character map", () => {
  const whole = readTrueType(bytes), groups = readTrueType(without(4)), segments = readTrueType(without(12));
  let known = 0;
  for (let letter = 0; letter < 0x3000; letter++) {
    assertEquals(groups.advance(letter), whole.advance(letter));
    assertEquals(segments.advance(letter), whole.advance(letter), `U+${letter.toString(16)}`);
    known += Number(whole.advance(letter) !== undefined);
  }
  assert(known > 1000, `The font knows only ${known} characters`);
  assertEquals([whole.advance(0x80cc), segments.advance(0x1f600)], [undefined, undefined]);
});

Deno.test("readTrueType() covers Latin, Greek and Cyrillic", () => {
  const { advance } = readTrueType(bytes);
  for (const letter of "AZaz09äøŁşΑΩαωАЯаяіЇ–—…×°%€") assert(advance(letter.codePointAt(0)!)! > .1, letter);
});

Deno.test("readTrueType() refuses what is no font, and one that is cut off", () => {
  assertThrows(() => readTrueType(new Uint8Array(100)), SyntaxError, "neither TrueType nor OpenType");
  assertThrows(() => readTrueType(bytes.subarray(0, 30)), SyntaxError, "truncated");
  assertThrows(() => readTrueType(new Uint8Array(0)), SyntaxError, "truncated");
  const both = without(4);
  assertThrows(() => readTrueType(both.fill(0, 12)), SyntaxError, "no table head");
});
