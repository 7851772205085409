/** The reader against files that onnx-proto writes, and against files that nobody should have written. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import onnxProto from "onnx-proto";
import { rng } from "../../../src/base/rng.ts";
import { readOnnxInfo, readOnnxInitializers } from "../../../src/formats/onnx/read.ts";

type Tensors = NonNullable<Parameters<typeof onnxProto.onnx.GraphProto.encode>[0]["initializer"]>;

function file(initializer: Tensors): Uint8Array {
  const type = { tensorType: { elemType: 1, shape: { dim: [{ dimParam: "n" }, { dimValue: 3 }] } } };
  return onnxProto.onnx.ModelProto.encode({
    irVersion: 8,
    metadataProps: [{ key: "labels", value: '["<b>", "字"]' }],
    graph: {
      node: [{ opType: "Relu", name: "relu", input: ["x"], output: ["y"] }],
      initializer,
      input: [{ name: "x", type }, { name: "raw", type }],
      output: [{ name: "y", type }],
    },
  }).finish();
}

const all = file([
  { name: "raw", dims: [2, 2], dataType: 1, rawData: new Uint8Array(Float32Array.of(1, -2, 3.5, 0).buffer) },
  { name: "f32", dims: [3], dataType: 1, floatData: [1, 0.5, -2] },
  { name: "f64", dims: [2], dataType: 11, doubleData: [0.1, -7] },
  { name: "i64", dims: [], dataType: 7, int64Data: [-5] },
  { name: "i32", dims: [2], dataType: 6, int32Data: [-1, 70000] },
  { name: "u8", dims: [2, 1], dataType: 2, int32Data: [0, 255] },
  { name: "bool", dims: [2], dataType: 9, int32Data: [1, 0] },
  { name: "f16", dims: [1], dataType: 10, int32Data: [0x3c00] },
  { name: "bf16", dims: [1], dataType: 16, rawData: Uint8Array.of(0x80, 0x3f) },
  { name: "none", dims: [0, 4], dataType: 1 },
]);

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

/** Copies of `all` with something broken: bytes changed, parts left out, doubled or cut off, lengths made huge. */
function mutated(i: number): Uint8Array {
  const random = rng(11, "mutation", i);
  let bytes = new Uint8Array(all);
  for (let change = random.integer(6); change >= 0; change--) {
    const at = random.integer(bytes.length), to = Math.min(bytes.length, at + random.integer(24));
    const kind = random.integer(6);
    if (kind <= 1) bytes[at] ^= 1 << random.integer(8);
    else if (kind === 2) bytes[at] = 255;
    else if (kind === 3) bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(to)]);
    else if (kind === 4) bytes = new Uint8Array([...bytes.subarray(0, to), ...bytes.subarray(at)]);
    else {bytes = new Uint8Array([
        ...bytes.subarray(0, at),
        0xff,
        0xff,
        0xff,
        0xff,
        0x7f,
        ...bytes.subarray(to),
      ]);}
    if (bytes.length === 0) break;
  }
  return bytes;
}

Deno.test("20,000 mutated files end in a value or a typed error, each within 2 s and 512 MB", () => {
  const before = Deno.memoryUsage().rss;
  let values = 0, slowest = 0;
  for (let i = 0; i < 20_000; i++) {
    const bytes = mutated(i), start = performance.now();
    for (const read of [readOnnxInitializers, readOnnxInfo]) {
      try {
        read(bytes);
        values++;
      } catch (error) {
        const isTyped = error instanceof SyntaxError || error instanceof RangeError;
        assert(isTyped && error.message.startsWith("Cannot read ONNX: "), `${i}: ${error}`);
      }
    }
    slowest = Math.max(slowest, performance.now() - start);
  }
  assert(slowest < 2000, `the slowest took ${slowest} ms`);
  assert(Deno.memoryUsage().rss - before < 512 * 2 ** 20);
  assert(values > 2000 && values < 38_000, `${values} of 40,000 gave a value`);
});
