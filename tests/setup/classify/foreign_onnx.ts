/** ONNX files as other exporters write them: small classifiers with inputs of every kind. */
import onnxProto from "onnx-proto";
import { rng } from "../../../src/base/rng.ts";

const { onnx } = onnxProto;
const CODES = { f32: 1, u8: 2, f16: 10 } as const;
const FLOAT = 1, FLOAT16 = 10;

/** A classifier to write. */
export interface ForeignModel {
  readonly type: keyof typeof CODES;
  readonly channels: "first" | "last";
  readonly batch: number | null;
  readonly height: number | null;
  readonly width: number | null;
  readonly classes: number;
  /** Operations after the logits, such as "Softmax". */
  readonly ending?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** Axes of the output after the classes. */
  readonly trailing?: number;
}

/** The weight of a class for a channel, on all of its pixels. */
export const weightOf = (channel: number, c: number): number => Math.sin(1 + 7 * channel + 3 * c);

/** The weight of a class for one value of an image, by its position in the model's own order. */
export const weightAt = (position: number, c: number): number =>
  rng(11, "weight", position, c).uniform() - 0.5;

type Attribute = { name: string; type: number; ints?: number[]; i?: number };
const ints = (name: string, ...ints: number[]): Attribute => ({ name, type: 7, ints });
const int = (name: string, i: number): Attribute => ({ name, type: 2, i });

/**
 * The file. With `byPosition` each value of the image has a weight of its own, so height and width must be fixed;
 * otherwise each channel has one, for its mean.
 */
export function foreignOnnx(model: ForeignModel, byPosition = false): Uint8Array<ArrayBuffer> {
  const { type, channels, batch, height, width, classes, ending = [], metadata = {}, trailing = 0 } = model;
  const nodes: { op: string; attribute?: Attribute[]; inputs?: string[] }[] = [{
    op: "Cast",
    attribute: [int("to", FLOAT)],
  }];
  if (!byPosition) {
    if (channels === "last") nodes.push({ op: "Transpose", attribute: [ints("perm", 0, 3, 1, 2)] });
    nodes.push({ op: "GlobalAveragePool" });
  }
  nodes.push({ op: "Flatten" }, { op: "Gemm", inputs: ["weights"] });
  for (const op of ending) nodes.push({ op });
  if (type === "f16") nodes.push({ op: "Cast", attribute: [int("to", FLOAT16)] });
  if (trailing > 0) nodes.push({ op: "Unsqueeze", inputs: ["axes"] });
  const rows = byPosition ? 3 * height! * width! : 3;
  const values = Float32Array.from({ length: rows * classes }, (_, i) => {
    const row = Math.floor(i / classes), c = i % classes;
    return byPosition ? weightAt(row, c) : weightOf(row, c);
  });
  const axes = BigInt64Array.from(Array.from({ length: trailing }, (_, i) => BigInt(2 + i)));
  const size = channels === "first" ? [3, height, width] : [height, width, 3];
  return onnx.ModelProto.encode({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 17 }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: "foreign",
      node: nodes.map(({ op, attribute = [], inputs = [] }, i) => ({
        opType: op,
        name: `${i}`,
        input: [i === 0 ? "images" : `${i - 1}`, ...inputs],
        output: [i === nodes.length - 1 ? "output0" : `${i}`],
        attribute,
      })),
      initializer: [
        { name: "weights", dims: [rows, classes], dataType: FLOAT, rawData: new Uint8Array(values.buffer) },
        { name: "axes", dims: [trailing], dataType: 7, rawData: new Uint8Array(axes.buffer) },
      ],
      input: [value("images", CODES[type], [batch, ...size])],
      output: [
        value("output0", type === "f16" ? FLOAT16 : FLOAT, [batch, classes, ...Array(trailing).fill(1)]),
      ],
    },
  }).finish().slice();
}

function value(name: string, elemType: number, axes: readonly (number | null)[]) {
  const dim = axes.map((axis, i) => axis === null ? { dimParam: `axis${i}` } : { dimValue: axis });
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
