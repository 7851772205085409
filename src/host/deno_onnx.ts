/** ONNX Runtime under Deno: the npm package onnxruntime-node, loaded when the first model is opened; needs --allow-ffi. */
import { DataError, firstLineOf } from "../base/errors.ts";
import type { OnnxSession } from "../setup/host.ts";

type Runtime = typeof import("onnxruntime-node");

/** The runtime's name for each element type that our models take. */
const TYPES = { f32: "float32", u8: "uint8" } as const;

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
        const results = await session.run({
          [input]: new Tensor(TYPES[type], values as Float32Array, shape),
        });
        const { data } = results[output];
        if (data instanceof Float32Array) return data;
        throw new TypeError(
          `its output "${output}" must be float32, current type is ${results[output].type}`,
        );
      }),
    close: () => session.release(),
  };
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
