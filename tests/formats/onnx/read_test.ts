/** The reader against files that onnx-proto writes, and against files that nobody should have written. */
import { assertEquals, assertThrows } from "@std/assert";
import { readOnnxInfo, readOnnxInitializers } from "../../../src/formats/onnx/read.ts";
import { all, file } from "./files.ts";
import { fuzzOnnx } from "./read_fuzz.ts";

Deno.test("readOnnxInitializers() reads each type, raw or value by value", () => {
  const read = [...readOnnxInitializers(all)].map((
    [name, { dtype, shape, data }],
  ) => [name, dtype, shape, [...data]]);
  assertEquals(read, [
    ["raw", "F32", [2, 2], [1, -2, 3.5, 0]],
    ["f32", "F32", [3], [1, 0.5, -2]],
    ["f64", "F64", [2], [0.1, -7]],
    ["i64", "I64", [], [-5n]],
    ["i32", "I32", [2], [-1, 70000]],
    ["u8", "U8", [2, 1], [0, 255]],
    ["bool", "BOOL", [2], [1, 0]],
    ["f16", "F16", [1], [0x3c00]],
    ["bf16", "BF16", [1], [0x3f80]],
    ["none", "F32", [0, 4], []],
  ]);
});

Deno.test("readOnnxInitializers() finds weights that layers share by each of their names", () => {
  const copy = (input: string, output: string) => ({ opType: "Identity", input: [input], output: [output] });
  const bytes = file([{ name: "a.weight", dims: [2], dataType: 1, floatData: [1, 2] }], [
    copy("a.weight", "b.weight"),
    copy("b.weight", "c.weight"),
    copy("x", "y"),
    { opType: "Relu", input: ["a.weight"], output: ["z"] },
  ]);
  const read = [...readOnnxInitializers(bytes)].map(([name, { data }]) => [name, [...data]]);
  assertEquals(read, [["a.weight", [1, 2]], ["b.weight", [1, 2]], ["c.weight", [1, 2]]]);
});

Deno.test("readOnnxInfo() reads inputs without weights, outputs and metadata", () => {
  const { inputs, outputs, metadata } = readOnnxInfo(all);
  assertEquals(inputs, [{ name: "x", elementType: 1, shape: [null, 3] }]);
  assertEquals(outputs, [{ name: "y", elementType: 1, shape: [null, 3] }]);
  assertEquals(metadata, new Map([["labels", '["<b>", "字"]']]));
});

Deno.test("readOnnxInitializers() says why it cannot read a file", () => {
  const faults: [Uint8Array, typeof SyntaxError | typeof RangeError, string][] = [
    [new Uint8Array(), SyntaxError, "the file of 0 bytes must have a graph, it has none"],
    [all.subarray(0, all.length - 1), SyntaxError, "a field must end inside its message"],
    [new TextEncoder().encode("<html>"), SyntaxError, "Cannot read ONNX:"],
    [
      file([{ name: "a", dims: [3], dataType: 1, rawData: new Uint8Array(8) }]),
      RangeError,
      '"a" of shape [3] and dtype F32 must take 12 bytes, current size is 8',
    ],
    [
      file([{ name: "a", dims: [3], dataType: 6, int32Data: [1] }]),
      RangeError,
      '"a" of shape [3] must hold 3 values',
    ],
    [
      file([{ name: "a", dims: [-1], dataType: 1 }]),
      RangeError,
      "an axis must have at least 0 positions, current size is -1",
    ],
    [file([{ name: "a", dataType: 8 }]), RangeError, '"a" must have an element type of 1, 2, 3'],
    [
      file([{ name: "a", dims: [1], dataType: 1, dataLocation: 1 }]),
      RangeError,
      "save the model as one file",
    ],
    [
      file([{ name: "a", dims: [0], dataType: 1 }, { name: "a", dims: [0], dataType: 1 }]),
      SyntaxError,
      'each weight must be unique, "a" occurs twice',
    ],
  ];
  for (const [bytes, kind, text] of faults) assertThrows(() => readOnnxInitializers(bytes), kind, text);
});

Deno.test(
  "5,000 damaged files end in a value or a typed error, each within 2 s and 512 MB",
  () => fuzzOnnx(5000, 11),
);
