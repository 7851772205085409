/**
 * Reads ONNX files: weights, inputs, outputs and metadata. Of the nodes only the last is named: running a graph is
 * left to ONNX Runtime. Trusts nothing: each length and shape is checked before it is used.
 */
import type { ByteSource } from "../../base/byte_source.ts";
import { concatBytes } from "../../base/bytes.ts";
import { excerpt } from "../../base/excerpt.ts";
import { elements, formatShape, type Shape } from "../../base/shape.ts";
import { arrayClasses, type Dtype, type StoredTensor } from "../tensor_data.ts";
import type { TensorInFile, WeightFile } from "../weight_file.ts";
import { type Field, fieldsOf, packedVarints } from "./wire.ts";

/** An input or output: its element type by ONNX's number (1: f32, 2: u8), and its axes, null if they are dynamic. */
export interface OnnxValue {
  readonly name: string;
  readonly elementType: number;
  readonly shape: readonly (number | null)[];
}

/** What a file declares. */
export interface OnnxInfo {
  /** Without those that have an initializer, which old files list too. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** The operation that computes the first output, such as "Gemm" or "Softmax", before changes of type and shape. */
  readonly lastOperation: string | undefined;
  readonly metadata: ReadonlyMap<string, string>;
}

const CANNOT = "Cannot read ONNX:";

/** Field numbers of onnx.proto that are read. */
const MODEL = { graph: 7, metadata: 14 };
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12, sparse: 15 };
const NODE = { input: 1, output: 2, operation: 4 };
const TENSOR = {
  dims: 1,
  type: 2,
  segment: 3,
  f32: 4,
  i32: 5,
  i64: 7,
  name: 8,
  raw: 9,
  f64: 10,
  external: 13,
  location: 14,
};

/** The dtype for each of ONNX's element types that has one. */
const DTYPES: Readonly<Record<number, Dtype>> = {
  1: "F32",
  2: "U8",
  3: "I8",
  5: "I16",
  6: "I32",
  7: "I64",
  9: "BOOL",
  10: "F16",
  11: "F64",
  16: "BF16",
};

/**
 * The weights of an ONNX file by name. Arrays are views into `bytes` where alignment allows. PyTorch's exporters store
 * equal weights once and copy them to their other names by Identity nodes: those are weights here, too.
 *
 * @throws SyntaxError if the file is not ONNX, or is damaged
 * @throws RangeError if a weight's shape contradicts its values, or if weights are in another file or have an
 * unsupported type
 */
export function readOnnxInitializers(bytes: Uint8Array): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>(), copies: Node[] = [];
  for (const field of graphFields(bytes)) {
    if (field.number === GRAPH.node) {
      const node = readNode(bytesOf(field));
      if (node.operation === "Identity") copies.push(node);
    }
    if (field.number === GRAPH.sparse) {
      throw new RangeError(`${CANNOT} weights must be dense, the file has a sparse one`);
    }
    if (field.number !== GRAPH.initializer) continue;
    const { name, tensor } = readTensor(bytesOf(field));
    if (tensors.has(name)) {
      throw new SyntaxError(`${CANNOT} each weight must be unique, ${excerpt(name)} occurs twice`);
    }
    tensors.set(name, tensor);
  }
  for (const { input, output } of copies) { // in order of execution, so of copies, too
    const tensor = tensors.get(input);
    if (tensor !== undefined && !tensors.has(output)) tensors.set(output, tensor);
  }
  return tensors;
}

/**
 * Opens an ONNX file for its weights; it is read as a whole, values are views. @throws like {@link
 * readOnnxInitializers}
 */
export async function openOnnxWeights(source: ByteSource): Promise<WeightFile> {
  const bytes = await source.read(0, source.size);
  const tensors = [...readOnnxInitializers(bytes)].map(([name, tensor]): [string, TensorInFile] => {
    return [name, { dtype: tensor.dtype, shape: tensor.shape, load: () => Promise.resolve(tensor) }];
  });
  return { tensors: new Map(tensors), metadata: readOnnxInfo(bytes).metadata };
}

/** What an ONNX file declares. @throws SyntaxError if the file is not ONNX, or is damaged */
export function readOnnxInfo(bytes: Uint8Array): OnnxInfo {
  const inputs: OnnxValue[] = [], outputs: OnnxValue[] = [];
  const weights = new Set<string>(), nodes = new Map<string, Node>();
  for (const field of graphFields(bytes)) {
    if (field.number === GRAPH.node) {
      const node = readNode(bytesOf(field));
      nodes.set(node.output, node);
    }
    if (field.number === GRAPH.input) inputs.push(readValue(bytesOf(field)));
    if (field.number === GRAPH.output) outputs.push(readValue(bytesOf(field)));
    if (field.number === GRAPH.initializer) weights.add(textField(bytesOf(field), TENSOR.name));
  }
  const metadata = new Map<string, string>();
  for (const field of fieldsOf(bytes)) {
    if (field.number !== MODEL.metadata) continue;
    metadata.set(textField(bytesOf(field), 1), textField(bytesOf(field), 2));
  }
  return {
    inputs: inputs.filter(({ name }) => !weights.has(name)),
    outputs,
    lastOperation: lastOperation(outputs[0]?.name ?? "", nodes),
    metadata,
  };
}

/** A node's operation, its first input and its first output. */
interface Node {
  readonly input: string;
  readonly output: string;
  readonly operation: string;
}

function readNode(message: Uint8Array): Node {
  const text = (number: number) => textField(message, number);
  return { input: text(NODE.input), output: text(NODE.output), operation: text(NODE.operation) };
}

/** Operations that leave the values as they are. */
const PASSING = new Set(["Cast", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze"]);

/** The operation behind an output; `nodes` are those of a graph by their first output. */
function lastOperation(output: string, nodes: ReadonlyMap<string, Node>): string | undefined {
  let node = nodes.get(output);
  for (let i = 0; i < nodes.size && node !== undefined && PASSING.has(node.operation); i++) {
    node = nodes.get(node.input);
  }
  return node?.operation;
}

/** The graph's fields. @throws SyntaxError if there is no graph, or more than one */
function* graphFields(bytes: Uint8Array): Generator<Field> {
  let graphs = 0;
  for (const field of fieldsOf(bytes)) {
    if (field.number !== MODEL.graph) continue;
    if (++graphs > 1) throw new SyntaxError(`${CANNOT} the file must have one graph, it has several`);
    yield* fieldsOf(bytesOf(field));
  }
  if (graphs === 0) {
    throw new SyntaxError(`${CANNOT} the file of ${bytes.length} bytes must have a graph, it has none`);
  }
}

/** What is known about a tensor before its values are read. */
interface TensorFields {
  name: string;
  type: number;
  readonly shape: number[];
  raw: Uint8Array | undefined;
  /** Values outside `raw`, by their field. */
  readonly typed: Field[];
}

function readTensor(message: Uint8Array): { name: string; tensor: StoredTensor } {
  const fields = tensorFields(message);
  const { name, type, shape, raw } = fields;
  const dtype = DTYPES[type];
  if (dtype === undefined) {
    throw new RangeError(
      `${CANNOT} ${excerpt(name)} must have an element type of ${
        Object.keys(DTYPES).join(", ")
      }, current type is ${type}`,
    );
  }
  if (raw === undefined) return { name, tensor: readTyped(fields, dtype) };
  const { BYTES_PER_ELEMENT: each } = arrayClasses[dtype];
  if (elements(shape) * each !== raw.length) {
    throw new RangeError(
      `${CANNOT} ${excerpt(name)} of shape ${formatShape(shape)} and dtype ${dtype} must take ${
        elements(shape) * each
      } bytes, ` +
        `current size is ${raw.length}`,
    );
  }
  return { name, tensor: view(dtype, shape, raw) };
}

function tensorFields(message: Uint8Array): TensorFields {
  const fields: TensorFields = { name: "", type: 0, shape: [], raw: undefined, typed: [] };
  let isElsewhere = false;
  for (const field of fieldsOf(message)) {
    if (field.number === TENSOR.dims) {
      for (const size of packedVarints(field)) fields.shape.push(checkSize(size));
    } else if (field.number === TENSOR.type) fields.type = Number(integerOf(field));
    else if (field.number === TENSOR.name) fields.name = textOf(field);
    else if (field.number === TENSOR.raw) fields.raw = bytesOf(field);
    else if (field.number === TENSOR.segment || field.number === TENSOR.external) isElsewhere = true;
    else if (field.number === TENSOR.location) isElsewhere ||= integerOf(field) !== 0n;
    else if ([TENSOR.f32, TENSOR.i32, TENSOR.i64, TENSOR.f64].includes(field.number)) {
      fields.typed.push(field);
    }
    if (fields.shape.length > MOST_AXES) {
      throw new RangeError(
        `${CANNOT} a weight must have at most ${MOST_AXES} axes, ${excerpt(fields.name)} has more`,
      );
    }
  }
  if (!isElsewhere) return fields;
  throw new RangeError(
    `${CANNOT} the values of ${
      excerpt(fields.name)
    } must be in this file, but are in another or in segments; ` +
      `save the model as one file`,
  );
}

const MOST_AXES = 32;

function checkSize(size: bigint): number {
  if (size <= 2n ** 53n - 1n) return Number(size);
  throw new RangeError(
    `${CANNOT} an axis must have at least 0 positions, current size is ${BigInt.asIntN(64, size)}`,
  );
}

/** Values stored individually in the field of their type; short types as 32-bit integers. */
function readTyped({ name, shape, typed }: TensorFields, dtype: Dtype): StoredTensor {
  const field = dtype === "F32"
    ? TENSOR.f32
    : dtype === "F64"
    ? TENSOR.f64
    : dtype === "I64"
    ? TENSOR.i64
    : TENSOR.i32;
  const { BYTES_PER_ELEMENT: each } = arrayClasses[dtype];
  const given = typed.filter(({ number }) => number === field);
  const fits = (count: number) => {
    if (count === elements(shape)) return;
    throw new RangeError(
      `${CANNOT} ${excerpt(name)} of shape ${formatShape(shape)} must hold ${
        elements(shape)
      } values, current number is ${count}`,
    );
  };
  if (dtype === "F32" || dtype === "F64") {
    const parts = given.map(bytesOf);
    const bytes = parts.length === 1 ? parts[0] : concatBytes(parts); // large weights are one part: no copy
    fits(bytes.length / each);
    return view(dtype, shape, bytes);
  }
  const values: bigint[] = [];
  for (const one of given) for (const value of packedVarints(one)) values.push(value);
  fits(values.length);
  const wide = new BigUint64Array(values), bytes = new Uint8Array(values.length * each);
  const source = new Uint8Array(wide.buffer);
  for (let i = 0; i < values.length; i++) bytes.set(source.subarray(8 * i, 8 * i + each), each * i);
  return view(dtype, shape, bytes);
}

/** A tensor over `bytes`, which are copied only if they are misaligned. */
function view(dtype: Dtype, shape: Shape, bytes: Uint8Array): StoredTensor {
  const arrayClass = arrayClasses[dtype];
  const { BYTES_PER_ELEMENT: each } = arrayClass;
  const { buffer, byteOffset, length } = bytes.byteOffset % each === 0 ? bytes : new Uint8Array(bytes); // not slice(), which is a view where bytes are a Node Buffer
  return { dtype, shape, data: new arrayClass(buffer, byteOffset, length / each) } as StoredTensor;
}

/** ValueInfoProto: name 1, type 2; TypeProto: tensor_type 1; Tensor: elem_type 1, shape 2; Shape: dim 1; Dim: value 1. */
function readValue(message: Uint8Array): OnnxValue {
  const tensor = messageField(messageField(message, 2), 1);
  const shape: (number | null)[] = [];
  for (const dim of fieldsOf(messageField(tensor, 2))) {
    if (dim.number !== 1) continue;
    const size = lastField(bytesOf(dim), 1);
    if (shape.push(size === undefined ? null : checkSize(integerOf(size))) > MOST_AXES) {
      throw new RangeError(`${CANNOT} inputs and outputs must have at most ${MOST_AXES} axes, one has more`);
    }
  }
  const type = lastField(tensor, 1);
  return {
    name: textField(message, 1),
    elementType: type === undefined ? 0 : Number(integerOf(type)),
    shape,
  };
}

/** The last field with a number: if a field is repeated, the last counts. */
function lastField(message: Uint8Array, number: number): Field | undefined {
  let last: Field | undefined;
  for (const field of fieldsOf(message)) if (field.number === number) last = field;
  return last;
}

/** A nested message, or an empty one if it is absent. */
function messageField(message: Uint8Array, number: number): Uint8Array {
  const field = lastField(message, number);
  return field === undefined ? new Uint8Array() : bytesOf(field);
}

function textField(message: Uint8Array, number: number): string {
  for (const field of fieldsOf(message)) if (field.number === number) return textOf(field);
  return "";
}

function bytesOf(field: Field): Uint8Array {
  if (field.kind !== "varint") return field.value;
  throw new SyntaxError(`${CANNOT} field ${field.number} must contain bytes, it contains an integer`);
}

function integerOf(field: Field): bigint {
  if (field.kind === "varint") return field.value;
  throw new SyntaxError(`${CANNOT} field ${field.number} must contain an integer, it contains bytes`);
}

function textOf(field: Field): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOf(field));
  } catch (cause) {
    if (cause instanceof SyntaxError) throw cause;
    throw new SyntaxError(
      `${CANNOT} field ${field.number} must be text in UTF-8 (${(cause as Error).message})`,
      { cause },
    );
  }
}
