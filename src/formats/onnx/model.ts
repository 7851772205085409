/**
 * Writes ONNX files (https://github.com/onnx/onnx/blob/main/docs/IR.md): nodes and names with the package onnx-proto,
 * weights as they come. A file is a sequence of parts, and each weight is computed when its part is consumed, so that
 * writing holds one weight at a time and not the file twice, as the package alone would.
 */
import onnxProto from "onnx-proto";
import { concatBytes } from "../../base/bytes.ts";
import { elements, type Shape } from "../../base/shape.ts";

const { onnx } = onnxProto;

/** The element types that are written, by ONNX's numbers (TensorProto.DataType). */
export const elementTypes = { f32: 1, u8: 2, i32: 6, i64: 7, f16: 10, f64: 11 } as const;
/** One of the {@link elementTypes}. */
export type ElementType = keyof typeof elementTypes;

const BYTES: Readonly<Record<ElementType, number>> = { f32: 4, u8: 1, i32: 4, i64: 8, f16: 2, f64: 8 };

/** The versions of ONNX's operators that can be written; all nodes here are the same in each. */
export const OPSETS = { first: 13, last: 21, usual: 17 } as const;

/**
 * The version of the file format of the ONNX release that brought a version of the operators
 * (https://github.com/onnx/onnx/blob/main/docs/Versioning.md), so that runtimes of that time read the file.
 */
function irVersion(opset: number): number {
  return opset < 15 ? 7 : opset < 19 ? 8 : opset < 21 ? 9 : 10;
}

/** An attribute's value: integers as `[1, 1]`, an integer as `1`, a float as `{ float: 1e-5 }`. */
export type Attribute = number | readonly number[] | { readonly float: number };

/** One operation; others refer to it by the names of its outputs. */
export interface OnnxNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** A constant: weights, or a value that the graph computes with. */
export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
  /** The values in row-major order, computed when they are written; the array has the type's bytes per value. */
  values(): ArrayBufferView | Promise<ArrayBufferView>;
}

/** An input or output; an axis is a number, or a name if it is dynamic. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

/** A whole model. */
export interface OnnxModel {
  readonly name: string;
  /** Version of the operators, one of the {@link OPSETS}. */
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Text by name: information for readers that is not part of the graph. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** A file as a sequence of parts. */
export interface OnnxParts extends AsyncIterable<Uint8Array> {
  /** Bytes of the whole file. */
  readonly size: number;
}

/**
 * The file of `model`, in parts. It can be iterated more than once; each iteration computes the weights again.
 * @throws RangeError during iteration, if the number of an initializer's values does not match its shape
 */
export function encodeOnnx(model: OnnxModel): OnnxParts {
  const head = encodeHead(model), graph = encodeGraph(model);
  const tensors = model.initializers.map((initializer) => ({ initializer, head: tensorHead(initializer) }));
  const graphBytes = tensors.reduce(
    (sum, one) => sum + one.head.length + bytesOf(one.initializer),
    graph.length,
  );
  const graphTag = tagged(GRAPH, graphBytes);
  return {
    size: head.length + graphTag.length + graphBytes,
    async *[Symbol.asyncIterator]() {
      yield head;
      yield graphTag;
      yield graph;
      for (const { initializer, head } of tensors) {
        yield head;
        yield await rawValues(initializer);
      }
    },
  };
}

/**
 * Field numbers of onnx.proto whose contents are written without the package: model.graph, its weights, their bytes.
 */
const GRAPH = 7, INITIALIZER = 5, RAW_DATA = 9;
const LENGTH_DELIMITED = 2;

function encodeHead({ opset, metadata }: OnnxModel): Uint8Array {
  return onnx.ModelProto.encode({
    irVersion: irVersion(opset),
    producerName: "wgrad",
    opsetImport: [{ domain: "", version: opset }],
    metadataProps: [...metadata].map(([key, value]) => ({ key, value })),
  }).finish();
}

/** The graph without its initializers. */
function encodeGraph({ name, nodes, inputs, outputs }: OnnxModel): Uint8Array {
  return onnx.GraphProto.encode({
    name,
    node: nodes.map(({ op, name, inputs, outputs, attributes = {} }) => ({
      opType: op,
      name,
      input: [...inputs],
      output: [...outputs],
      attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...attribute(value) })),
    })),
    input: inputs.map(valueInfo),
    output: outputs.map(valueInfo),
  }).finish();
}

function attribute(value: Attribute) {
  const { FLOAT, INT, INTS } = onnx.AttributeProto.AttributeType;
  if (typeof value === "number") return { type: INT, i: value };
  return "float" in value ? { type: FLOAT, f: value.float } : { type: INTS, ints: [...value] };
}

function valueInfo({ name, type, shape }: Value) {
  const dim = shape.map((axis) => typeof axis === "string" ? { dimParam: axis } : { dimValue: axis });
  return { name, type: { tensorType: { elemType: elementTypes[type], shape: { dim } } } };
}

/** An initializer up to its values. */
function tensorHead(initializer: Initializer): Uint8Array {
  const { name, type, shape } = initializer;
  const fields = onnx.TensorProto.encode({ name, dims: [...shape], dataType: elementTypes[type] }).finish();
  const bytes = bytesOf(initializer);
  const raw = tagged(RAW_DATA, bytes);
  return concatBytes([tagged(INITIALIZER, fields.length + raw.length + bytes), fields, raw]);
}

function bytesOf({ type, shape }: Initializer): number {
  return elements(shape) * BYTES[type];
}

async function rawValues(initializer: Initializer): Promise<Uint8Array> {
  const { buffer, byteOffset, byteLength } = await initializer.values();
  if (byteLength === bytesOf(initializer)) return new Uint8Array(buffer, byteOffset, byteLength);
  throw new RangeError(
    `Cannot write ONNX: "${initializer.name}" must have ${
      bytesOf(initializer)
    } bytes, current size is ${byteLength}`,
  );
}

/** A field's tag and the length of what follows (https://protobuf.dev/programming-guides/encoding). */
function tagged(field: number, length: number): Uint8Array {
  return Uint8Array.of(field << 3 | LENGTH_DELIMITED, ...varint(length));
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [value % 128 + 128, ...varint(Math.floor(value / 128))];
}
