/** ONNX files for the reader's tests. */
import onnxProto from "onnx-proto";

type Graph = Parameters<typeof onnxProto.onnx.GraphProto.encode>[0];
type Tensors = NonNullable<Graph["initializer"]>;
type Nodes = NonNullable<Graph["node"]>;

/** An ONNX file with these nodes, an input, an output and these weights, as onnx-proto writes it. */
export function file(
  initializer: Tensors,
  node: Nodes = [{ opType: "Relu", name: "relu", input: ["x"], output: ["y"] }],
): Uint8Array {
  const type = { tensorType: { elemType: 1, shape: { dim: [{ dimParam: "n" }, { dimValue: 3 }] } } };
  return onnxProto.onnx.ModelProto.encode({
    irVersion: 8,
    metadataProps: [{ key: "labels", value: '["<b>", "字"]' }],
    graph: {
      node,
      initializer,
      input: [{ name: "x", type }, { name: "raw", type }],
      output: [{ name: "y", type }],
    },
  }).finish();
}

/** A weight of each type, raw and value by value. */
export const all: Uint8Array = file([
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
