/** A session of ONNX Runtime as models are run here: its packages for Deno and for browsers have the same interface. */
import { DataError, firstLineOf } from "../base/errors.ts";
import { fromFloat16 } from "../formats/half.ts";
import type { OnnxInput, OnnxSession } from "../setup/host.ts";

/** A value of ONNX Runtime. */
export interface RuntimeValue {
  readonly type: string;
  readonly data: unknown;
}

/** The parts of ONNX Runtime that are used. */
export interface OnnxRuntime {
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => RuntimeValue;
}

/** The parts of a session that are used. */
export interface RuntimeSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: never): Promise<Readonly<Record<string, RuntimeValue>>>;
  release(): Promise<void>;
}

/** The runtime's name for each element type that models take. */
const TYPES = { f32: "float32", f16: "float16", u8: "uint8" } as const;

/** The model called `name` in a session that `open` makes. @throws DataError if the runtime rejects it */
export async function onnxSession(
  name: string,
  { Tensor }: OnnxRuntime,
  open: () => Promise<RuntimeSession>,
): Promise<OnnxSession> {
  const session = await explain(name, open);
  const [input] = session.inputNames, [output] = session.outputNames;
  return {
    run: ({ type, shape, values }) =>
      explain(name, async () => {
        const results = await session.run({ [input]: valueOf(Tensor, type, shape, values) } as never);
        return asFloat32(output, results[output]);
      }),
    close: () => session.release(),
  };
}

/**
 * An input. A Tensor keeps f16 values in a Float16Array where there is one, which the runtime's own code does not read
 * (onnxruntime-node 1.30: "not enough space"); it takes an object with their bit patterns as well.
 */
function valueOf(
  Tensor: OnnxRuntime["Tensor"],
  type: OnnxInput["type"],
  dims: readonly number[],
  data: OnnxInput["values"],
): unknown {
  if (type === "f16") return { type: TYPES[type], dims, data, location: "cpu" };
  return new Tensor(TYPES[type] as never, data as never, dims);
}

/** The values of an output, whatever floats they are. */
function asFloat32(name: string, { type, data }: RuntimeValue): Float32Array {
  if (data instanceof Float32Array) return data;
  if (type === "float64") return Float32Array.from(data as Float64Array);
  if (type === "float16" && data instanceof Uint16Array) return Float32Array.from(data, fromFloat16);
  if (type === "float16") return Float32Array.from(data as ArrayLike<number>);
  throw new TypeError(`its output "${name}" must be float32, float16 or float64, current type is ${type}`);
}

async function explain<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw new DataError(`Cannot run "${name}" in ONNX Runtime: ${firstLineOf(cause)}`, { cause });
  }
}
