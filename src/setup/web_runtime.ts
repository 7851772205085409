/** The name of ONNX Runtime's WebAssembly beside the page's scripts, which load it on demand: it has 14 MB. */
export const WEB_RUNTIME = "onnx_runtime.wasm";
