/** ONNX Runtime under Deno: the npm package onnxruntime-node, loaded when the first model is opened; needs --allow-ffi. */
import { DataError, firstLineOf } from "../base/errors.ts";
import type { OnnxSession } from "../setup/host.ts";
import { readPackageFile } from "./deno_places.ts";
import { onnxSession } from "./onnx_session.ts";

type Runtime = typeof import("onnxruntime-node");

/**
 * Opens a model by its path, so that its bytes never enter this process's own memory.
 * @throws DataError if the package does not load, or rejects the model
 */
export async function openOnnx(path: string): Promise<OnnxSession> {
  const runtime = await loadRuntime();
  return await onnxSession(
    path,
    runtime,
    () => runtime.InferenceSession.create(path, { logSeverityLevel: 3 }),
  );
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

/** ONNX Runtime's WebAssembly for pages: browser_onnx.ts loads it. */
export async function readWebRuntime(): Promise<Uint8Array<ArrayBuffer>> {
  return await readPackageFile("onnxruntime-web/ort-wasm-simd-threaded.wasm");
}
