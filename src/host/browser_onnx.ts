/** ONNX Runtime in a browser's worker: its code and its WebAssembly are loaded when the first model is opened. */
import { DataError } from "../base/errors.ts";
import type { OnnxSession } from "../setup/host.ts";
import { WEB_RUNTIME } from "../setup/web_runtime.ts";
import { onnxSession } from "./onnx_session.ts";

type Runtime = typeof import("onnxruntime-web/wasm");

/** Opens a model. @throws DataError where the page has no ONNX Runtime beside it, or it rejects the model */
export async function openOnnx(name: string, bytes: Uint8Array): Promise<OnnxSession> {
  const runtime = await (loading ??= loadRuntime(name));
  return await onnxSession(
    name,
    runtime,
    () => runtime.InferenceSession.create(bytes, { executionProviders: ["wasm"] }),
  );
}

let loading: Promise<Runtime> | undefined, packed: Blob | undefined;

/** Takes the WebAssembly that a page of one file has within it: its gzip as base64. */
export function takeRuntime(gzip: Blob): void {
  packed = gzip;
}

async function loadRuntime(name: string): Promise<Runtime> {
  if (packed === undefined && !/^https?:$/.test(location.protocol)) {
    throw new DataError(
      `Cannot run ${name}: this page has no ONNX Runtime beside it; open the page by \`deno task page\`, or give the checkpoint`,
    );
  }
  const runtime = await import("onnxruntime-web/wasm");
  if (packed === undefined) runtime.env.wasm.wasmPaths = { wasm: new URL(WEB_RUNTIME, location.href).href };
  else runtime.env.wasm.wasmBinary = await unpacked(packed);
  runtime.env.wasm.numThreads = 1; // more need a page that is isolated from all others
  runtime.env.logLevel = "error";
  return runtime;
}

async function unpacked(gzip: Blob): Promise<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(await gzip.text()), (c) => c.charCodeAt(0));
  return await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")))
    .arrayBuffer();
}
