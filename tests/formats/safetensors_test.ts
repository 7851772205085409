import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import {
  float32,
  readSafetensors,
  type StoredTensor,
  toFloat32,
  writeSafetensors,
} from "../../src/formats/safetensors.ts";
import { referenceTest } from "../reference/folder.ts";

const samples = new Map<string, StoredTensor>([
  ["weight", float32([2, 3], [1, -2.5, 3, 4, 5, 1e-30])],
  ["10", { dtype: "I64", shape: [], data: BigInt64Array.of(-9007199254740993n) }],
  ["double", { dtype: "F64", shape: [2], data: Float64Array.of(Math.PI, -0) }],
  ["half", { dtype: "F16", shape: [4], data: Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff) }],
  ["brain", { dtype: "BF16", shape: [2], data: Uint16Array.of(0x3f80, 0xc0a0) }],
  ["int", { dtype: "I32", shape: [1, 2], data: Int32Array.of(-7, 2147483647) }],
  ["short", { dtype: "I16", shape: [1], data: Int16Array.of(-300) }],
  ["byte", { dtype: "I8", shape: [3], data: Int8Array.of(-1, 0, 1) }],
  ["pixels", { dtype: "U8", shape: [1, 3, 1], data: Uint8Array.of(0, 128, 255) }],
  ["flag", { dtype: "BOOL", shape: [2], data: Uint8Array.of(1, 0) }],
  ["empty", float32([0, 4], [])],
  ['quote " and 字 and 😀', float32([1], [7])],
]);
const notes = new Map([["format", "pt"], ["b\n", "2"]]);

/** A file with the header `header` (as text, or as JSON) before `size` data bytes. */
function fileOf(header: unknown, size: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

const entry = (shape: unknown, begin: unknown, end: unknown, dtype: unknown = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

Deno.test("readSafetensors() returns what writeSafetensors() wrote, for every dtype", () => {
  const { tensors, metadata } = readSafetensors(writeSafetensors(samples, notes));
  assertEquals(new Set(tensors.keys()), new Set(samples.keys()));
  for (const [name, tensor] of samples) assertEquals(tensors.get(name), tensor, name);
  assertEquals(metadata, notes);
});

Deno.test("writeSafetensors() gives the same bytes whatever the order of its maps", () => {
  const reversed = new Map([...samples].reverse());
  const bytes = writeSafetensors(samples, notes);
  assertEquals(writeSafetensors(reversed, new Map([...notes].reverse())), bytes);
  assertEquals(new DataView(bytes.buffer).getBigUint64(0, true) % 8n, 0n);
});

Deno.test("writeSafetensors() sorts by dtype and then by code point, as the Rust library does", () => {
  const names = [...readSafetensors(writeSafetensors(samples)).tensors.keys()];
  assertEquals(names.slice(0, 5), ["10", "double", "empty", 'quote " and 字 and 😀', "weight"]);
  assertEquals(names.slice(5), ["int", "brain", "half", "short", "byte", "pixels", "flag"]);
  const astral = new Map<string, StoredTensor>([["😀", float32([], [1])], ["\ufffd", float32([], [2])]]);
  assertEquals([...readSafetensors(writeSafetensors(astral)).tensors.keys()], ["\ufffd", "😀"]);
});

for (const file of ["ops", "adamw", "transforms"]) {
  referenceTest(
    `writeSafetensors() gives ${file}.safetensors of the Rust library again, byte for byte`,
    `${file}.safetensors`,
    ({ bytes }) => {
      const original = bytes(`${file}.safetensors`);
      const { tensors, metadata } = readSafetensors(original);
      assertEquals(writeSafetensors(tensors, metadata), original);
    },
    ["tests/fixtures/parity"],
  );
}

Deno.test("readSafetensors() views the bytes where they are aligned and copies where they are not", () => {
  const bytes = writeSafetensors(samples);
  const aligned = readSafetensors(bytes).tensors.get("weight")!;
  assertStrictEquals(aligned.data.buffer, bytes.buffer);
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  const copied = readSafetensors(shifted.subarray(1)).tensors.get("weight")!;
  assert(copied.data.buffer !== shifted.buffer);
  assertEquals(copied, aligned);
});

Deno.test("readSafetensors() takes an empty file of tensors and names that objects treat specially", () => {
  assertEquals(readSafetensors(writeSafetensors(new Map())).tensors.size, 0);
  const file = fileOf(`{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1);
  assertEquals([...readSafetensors(file).tensors.keys()], ["__proto__"]);
});

Deno.test("toFloat32() converts every dtype", () => {
  const values = (name: string) => [...toFloat32(samples.get(name)!)];
  assertEquals(values("half"), [1, -2, 2 ** -24, 65504]);
  assertEquals(values("brain"), [1, -5]);
  assertEquals(values("double"), [Math.fround(Math.PI), -0]);
  assertEquals(values("10"), [-9007199254740992]);
  assertEquals(values("int"), [-7, 2147483648]);
  assertEquals(values("flag"), [1, 0]);
  assertStrictEquals(toFloat32(samples.get("weight")!), samples.get("weight")!.data);
});

Deno.test("toFloat32() converts every F16 and BF16 pattern as the engine's own arrays do", () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const half = toFloat32({ dtype: "F16", shape: [65536], data: bits });
  assertEquals(half, Float32Array.from(new Float16Array(bits.buffer)));
  const brain = toFloat32({ dtype: "BF16", shape: [65536], data: bits });
  assertEquals(brain, new Float32Array(Uint32Array.from(bits, (b) => b << 16).buffer));
});

const broken: [
  what: string,
  file: Uint8Array,
  error: typeof SyntaxError | typeof RangeError,
  says: string,
][] = [
  ["an empty file", new Uint8Array(0), SyntaxError, "at least 8 bytes, current size is 0"],
  ["a short file", new Uint8Array(7), SyntaxError, "current size is 7"],
  ["a header beyond the file", fileOf("{}", 0).subarray(0, 9), RangeError, "current end is 10"],
  ["a header over 100 MB", Uint8Array.of(1, 225, 245, 5, 0, 0, 0, 0), RangeError, "at most 100000000 bytes"],
  ["a header of 2^64 - 1 bytes", new Uint8Array(8).fill(255), RangeError, "18446744073709551615"],
  ["no header", new Uint8Array(8), SyntaxError, "must be JSON"],
  ["text that is not JSON", fileOf("{a}", 0), SyntaxError, "must be JSON"],
  ["bytes that are not UTF-8", fileOf("{}", 0).fill(0xff, 8), SyntaxError, "must be JSON in UTF-8"],
  ["a header that is a list", fileOf([1], 0), SyntaxError, "must be a JSON object"],
  ["a header that starts with a space", fileOf(" {}", 0), SyntaxError, "must be a JSON object"],
  [
    "a duplicate name",
    fileOf(`{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0061":{}}`, 0),
    SyntaxError,
    '"a" occurs twice',
  ],
  ["a tensor that is a number", fileOf({ a: 3 }, 0), SyntaxError, 'tensor "a" must be an object'],
  ["an unknown dtype", fileOf({ a: entry([1], 0, 4, "F12") }, 4), SyntaxError, 'current value is "F12"'],
  ["a dtype named as a method", fileOf({ a: entry([1], 0, 4, "toString") }, 4), SyntaxError, "toString"],
  [
    "a negative size",
    fileOf({ a: entry([-1], 0, 4) }, 4),
    SyntaxError,
    "integers, current value is [-1]",
  ],
  ["a fractional offset", fileOf({ a: entry([1], 0, 4.5) }, 4), SyntaxError, "two integers"],
  ["no offsets", fileOf({ a: { dtype: "U8", shape: [1] } }, 1), SyntaxError, "current value is missing"],
  ["metadata of numbers", fileOf({ __metadata__: { a: 1 } }, 0), SyntaxError, "must map keys to strings"],
  ["offsets beyond the data", fileOf({ a: entry([2], 0, 8) }, 4), RangeError, "inside the 4 data bytes"],
  ["offsets in reverse", fileOf({ a: entry([0], 4, 0) }, 4), RangeError, "must start where"],
  ["a shape that needs more", fileOf({ a: entry([2], 0, 4) }, 4), RangeError, "must take 8 bytes"],
  ["a shape that overflows", fileOf({ a: entry([2 ** 52, 2 ** 52], 0, 4) }, 4), RangeError, "must take"],
  ["a hole", fileOf({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12), RangeError, "at byte 4"],
  ["an overlap", fileOf({ a: entry([2], 0, 8), b: entry([1], 4, 8) }, 8), RangeError, "at byte 8"],
  [
    "bytes after the last tensor",
    fileOf({ a: entry([1], 0, 4) }, 5),
    RangeError,
    "must fill the 5 data bytes",
  ],
];

for (const [what, file, error, says] of broken) {
  Deno.test(`readSafetensors() refuses ${what}`, () => {
    assertThrows(() => readSafetensors(file), error, says);
  });
}

Deno.test("readSafetensors() keeps the parser's error as the cause", () => {
  const error = assertThrows(() => readSafetensors(fileOf("{a}", 0)), SyntaxError);
  assert((error as Error).cause instanceof SyntaxError);
});

Deno.test("writeSafetensors() refuses a wrong array, a wrong length and the reserved name", () => {
  const write = (name: string, tensor: unknown) => () =>
    writeSafetensors(new Map([[name, tensor as StoredTensor]]));
  const data = Float32Array.of(1);
  assertThrows(write("a", { dtype: "F64", shape: [1], data }), TypeError, "must hold Float64Array");
  assertThrows(write("a", { dtype: "F8", shape: [1], data }), TypeError, "must hold one of I64");
  assertThrows(write("a", { dtype: "F32", shape: [2], data }), RangeError, "must hold 2 values");
  assertThrows(write("__metadata__", { dtype: "F32", shape: [1], data }), RangeError, "is reserved");
  assertThrows(() => float32([3], data), RangeError, "must have 3 values for shape [3], current length is 1");
});

Deno.test("readSafetensors() answers 2,000 mutated files with a value or a typed error", () => {
  const original = writeSafetensors(samples, notes);
  const headerEnd = 8 + Number(new DataView(original.buffer).getBigUint64(0, true));
  const random = rng(20, "fuzz");
  const counts = { read: 0, refused: 0 };
  for (let round = 0; round < 2000; round++) {
    const bytes = mutate(original, headerEnd, round, random);
    try {
      const { tensors } = readSafetensors(bytes);
      for (const { shape, data } of tensors.values()) {
        assertEquals(data.length, shape.reduce((product, size) => product * size, 1));
      }
      counts.read++;
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
      assert(error.message.startsWith("Cannot read safetensors: "), error.message);
      counts.refused++;
    }
  }
  assert(counts.read > 20 && counts.refused > 1000, JSON.stringify(counts));
});

/** A copy of `original` with 1 to 4 bytes changed, mostly in the header, or a piece cut out, or the end cut off. */
function mutate(
  original: Uint8Array,
  headerEnd: number,
  round: number,
  random: ReturnType<typeof rng>,
): Uint8Array {
  if (round % 8 === 0) return original.slice(0, random.integer(original.length));
  if (round % 8 === 1) {
    const at = random.integer(headerEnd);
    return Uint8Array.from([...original.slice(0, at), ...original.slice(at + 1 + random.integer(9))]);
  }
  const bytes = original.slice();
  for (let change = random.integer(4); change >= 0; change--) {
    const digits = '0123456789{}[]",:';
    const at = random.integer(round % 8 === 2 ? bytes.length : headerEnd);
    bytes[at] = round % 2 === 0 ? random.integer(256) : digits.charCodeAt(random.integer(digits.length));
  }
  return bytes;
}
