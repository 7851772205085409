/**
 * ONNX Runtime under Deno: the npm package onnxruntime-node, loaded when the first model is opened; needs --allow-ffi.
 * It is required and not imported, since a training needs none: it may be there later than the configuration of the
 * process says.
 */
import { createRequire } from "node:module";
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
  const runtime = await (loading ??= load());
  return await onnxSession(
    path,
    runtime,
    () => runtime.InferenceSession.create(path, { logSeverityLevel: 3 }),
  );
}

let loading: Promise<Runtime> | undefined;

const PACKAGE = "onnxruntime-node";
const require = createRequire(import.meta.url);

// deno-lint-ignore require-await -- what it throws is a rejection
async function load(): Promise<Runtime> {
  // From 1.29 on it sends Microsoft what it runs, unless told otherwise before it loads; as native code, past Deno's
  // permissions (https://github.com/microsoft/onnxruntime/pull/27379).
  Deno.env.set("ORT_DISABLE_TELEMETRY", "1");
  try {
    return require(PACKAGE);
  } catch (cause) {
    throw new DataError(
      `Cannot run ONNX: the package ${PACKAGE} does not load (${
        firstLineOf(cause)
      }); run ./setup.sh --onnx. ` +
        "It supports Linux and Windows on x64 and arm64, and macOS on arm64",
      { cause },
    );
  }
}

/** Looks whether it is installed, without loading it. @throws DataError with the cure if not */
export function requireOnnx(): void {
  try {
    require.resolve(PACKAGE);
  } catch (cause) {
    throw new DataError(
      "Cannot check ONNX exports: ONNX Runtime is not installed; run ./setup.sh --onnx, or train without callbacks.onnx_export",
      { cause },
    );
  }
}

/** ONNX Runtime's WebAssembly for pages: browser_onnx.ts loads it. */
export async function readWebRuntime(): Promise<Uint8Array<ArrayBuffer>> {
  return await readPackageFile("onnxruntime-web/ort-wasm-simd-threaded.wasm");
}
