/** ONNX Runtime in Chromium, with WebAssembly or WebGPU. */
import { blank, type Routes, withPage } from "../../browser/harness.ts";
import { chromiumPath } from "../../rings.ts";
import { npmVersion, PACKAGES, type Runtime } from "./runtime.ts";

/** What the package's module for a provider loads. */
const LOADS = { wasm: "ort-wasm-simd-threaded", webgpu: "ort-wasm-simd-threaded.asyncify" } as const;

/** onnxruntime-web in a page. */
export function web(provider: keyof typeof LOADS): Runtime {
  const module = `ort.${provider}.min.mjs`, loads = LOADS[provider];
  return {
    name: `ONNX Runtime Web, ${provider}`,
    version: chromiumPath && npmVersion("onnxruntime-web"),
    async run(path, inputs) {
      const file = (name: string) => Deno.readFile(new URL(`onnxruntime-web/dist/${name}`, PACKAGES));
      const routes: Record<string, Routes[string]> = {
        "/": blank,
        [`/${module}`]: { type: "text/javascript", body: await file(module) },
        [`/${loads}.mjs`]: { type: "text/javascript", body: await file(`${loads}.mjs`) },
        [`/${loads}.wasm`]: { type: "application/wasm", body: await file(`${loads}.wasm`) },
        "/model.onnx": { type: "application/octet-stream", body: await Deno.readFile(path) },
      };
      for (const [i, { values }] of inputs.entries()) {
        const body = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        routes[`/input/${i}`] = { type: "application/octet-stream", body };
      }
      let outputs: number[][] = [];
      await withPage(routes, async ({ page }) => {
        const shapes = inputs.map(({ type, shape }) => ({ type, shape: [...shape] }));
        outputs = await page.evaluate(runInPage, { provider, module: `/${module}`, shapes });
      });
      return outputs;
    },
  };
}

/** Runs in the page, so it uses nothing from outside. */
async function runInPage(
  { provider, module, shapes }: {
    provider: string;
    module: string;
    shapes: { type: "f32" | "u8"; shape: number[] }[];
  },
): Promise<number[][]> {
  const ort = await import(module);
  ort.env.wasm.wasmPaths = `${location.origin}/`;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const session = await ort.InferenceSession.create("/model.onnx", { executionProviders: [provider] });
  const outputs: number[][] = [];
  for (const [i, { type, shape }] of shapes.entries()) {
    const bytes = await (await fetch(`/input/${i}`)).arrayBuffer();
    const tensor = type === "f32"
      ? new ort.Tensor("float32", new Float32Array(bytes), shape)
      : new ort.Tensor("uint8", new Uint8Array(bytes), shape);
    const results = await session.run({ [session.inputNames[0]]: tensor });
    outputs.push([...results[session.outputNames[0]].data]);
  }
  return outputs;
}
