import { assertEquals, assertThrows } from "@std/assert";
import { fields, message } from "../../src/formats/protobuf.ts";
import {
  eventRecord,
  fileHeader,
  imageValue,
  maskedCrc32c,
  readEvents,
  scalarValue,
} from "../../src/formats/tfevents.ts";

Deno.test("maskedCrc32c() gives the check value of CRC-32C, masked", () => {
  const crc = 0xe3069283; // of "123456789", from the catalogue of CRCs
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  assertEquals(maskedCrc32c(new TextEncoder().encode("123456789")), masked);
});

Deno.test("message() writes what the protocol buffers' guide shows", () => {
  assertEquals([...message([1, 150])], [0x08, 0x96, 0x01]);
  assertEquals([...message([2, "testing"])], [0x12, 7, ...new TextEncoder().encode("testing")]);
  assertEquals([...message([3, message([1, 150])], [4, undefined])], [0x1a, 3, 0x08, 0x96, 0x01]);
  assertEquals([...message([1, { float: 1 }])], [0x0d, 0, 0, 0x80, 0x3f]);
});

Deno.test("fields() reads integers to 2^53 - 1 and bytes, and passes over the rest", () => {
  const bytes = message([1, Number.MAX_SAFE_INTEGER], [2, { double: 1 }], [3, { float: 1 }], [100, "é"]);
  assertEquals([...fields(bytes)], [[1, Number.MAX_SAFE_INTEGER], [100, new TextEncoder().encode("é")]]);
  assertThrows(() => message([1, -1]), RangeError, "0 to 2^53 - 1");
});

Deno.test("readEvents() gives steps and tags, and ends before a record that is cut off or damaged", () => {
  const parts = [
    fileHeader(1),
    eventRecord(2, 300, [scalarValue("a", 1), scalarValue("b", 2)]),
    eventRecord(3, 301, [scalarValue("a", 1)]),
  ];
  const file = Uint8Array.from(parts.flatMap((part) => [...part]));
  const ends = [parts[0].length, parts[0].length + parts[1].length, file.length];
  const events = [
    { end: ends[0], step: 0, tags: [] },
    { end: ends[1], step: 300, tags: ["a", "b"] },
    { end: ends[2], step: 301, tags: ["a"] },
  ];
  for (let length = 0; length <= file.length; length++) {
    assertEquals([...readEvents(file.subarray(0, length))], events.filter(({ end }) => end <= length));
  }
  for (let at = 0; at < file.length; at++) {
    const damaged = file.slice();
    damaged[at] ^= 64;
    assertEquals([...readEvents(damaged)], events.slice(0, ends.findIndex((end) => at < end)), `byte ${at}`);
  }
});

Deno.test("imageValue() refuses what is no PNG", () => {
  assertThrows(() => imageValue("a", new Uint8Array(30)), SyntaxError, "must be a PNG");
});
