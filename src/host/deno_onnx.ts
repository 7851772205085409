/** ONNX Runtime under Deno: the npm package onnxruntime-node, loaded when the first model is opened; needs --allow-ffi. */
import { DataError, firstLineOf } from "../base/errors.ts";
import { fromFloat16 } from "../formats/half.ts";
import type { OnnxInput, OnnxSession } from "../setup/host.ts";

type OnnxValue = import("onnxruntime-node").OnnxValue;
type Runtime = typeof import("onnxruntime-node");

/** The runtime's name for each element type that models take. */
const TYPES = { f32: "float32", f16: "float16", u8: "uint8" } as const;

/**
 * Opens a model by its path, so that its bytes never enter this process's own memory.
 * @throws DataError if the package does not load, or rejects the model
 */
export async function openOnnx(path: string): Promise<OnnxSession> {
  const { InferenceSession, Tensor } = await loadRuntime();
  const session = await explain(path, () => InferenceSession.create(path, { logSeverityLevel: 3 }));
  const [input] = session.inputNames, [output] = session.outputNames;
  return {
    run: ({ type, shape, values }) =>
      explain(path, async () => {
        const results = await session.run({ [input]: tensor(Tensor, type, shape, values) });
        return asFloat32(output, results[output]);
      }),
    close: () => session.release(),
  };
}

/**
 * An input. A Tensor keeps f16 values in a Float16Array where there is one, which the runtime's own code does not read
 * (onnxruntime-node 1.30: "not enough space"); it takes an object with their bit patterns as well.
 */
function tensor(
  Tensor: Runtime["Tensor"],
  type: OnnxInput["type"],
  dims: readonly number[],
  data: OnnxInput["values"],
): OnnxValue {
  if (type === "f16") return { type: TYPES[type], dims, data, location: "cpu" } as unknown as OnnxValue;
  return new Tensor(TYPES[type], data as Float32Array, dims);
}

/** The values of an output, whatever floats they are. */
function asFloat32(name: string, { type, data }: OnnxValue): Float32Array {
  if (data instanceof Float32Array) return data;
  if (type === "float64") return Float32Array.from(data as Float64Array);
  if (type === "float16" && data instanceof Uint16Array) return Float32Array.from(data, fromFloat16);
  if (type === "float16") return Float32Array.from(data as unknown as ArrayLike<number>);
  throw new TypeError(`its output "${name}" must be float32, float16 or float64, current type is ${type}`);
}

let loading: Promise<Runtime> | undefined;

function loadRuntime(): Promise<Runtime> {
  return loading ??= import("onnxruntime-node").catch((cause) => {
    throw new DataError(
      `Cannot run ONNX: the package onnxruntime-node does not load (${
        firstLineOf(cause)
      }); run \`deno install\`. ` +
        "It supports Linux and Windows on x64 and arm64, and macOS on arm64",
      { cause },
    );
  });
}

async function explain<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new DataError(`Cannot run "${path}" in ONNX Runtime: ${firstLineOf(cause)}`, { cause });
  }
}
