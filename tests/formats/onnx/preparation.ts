import { encodeOnnx } from "../../../src/formats/onnx/model.ts";
import { type Preparation, prepareInput } from "../../../src/formats/onnx/prepare_input.ts";
import { joinParts } from "./parts.ts";

/** An ONNX file that returns the images [n, 3, size, size] as a network after the preparation would read them. */
export function preparationFile(preparation: Preparation, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const { nodes, initializers, type, shape, output } = prepareInput(preparation, "input", size);
  return joinParts(encodeOnnx({
    name: "preparation",
    opset: 17,
    nodes,
    initializers,
    inputs: [{ name: "input", type, shape: ["n", ...shape] }],
    outputs: [{ name: output, type: "f32", shape: ["n", 3, size, size] }],
    metadata: new Map(),
  }));
}
