/** The runtimes that exported files are tried in, as far as this machine has them. */
import { openOnnx } from "../../../src/host/deno_onnx.ts";
import { hasPackages, runPython } from "../../python.ts";
import { npmVersion, type Runtime } from "./runtime.ts";
import { web } from "./web.ts";

const node: Runtime = {
  name: "ONNX Runtime, Node",
  version: npmVersion("onnxruntime-node"),
  async run(path, inputs) {
    const session = await openOnnx(path);
    try {
      const outputs: Float32Array[] = [];
      for (const input of inputs) outputs.push(await session.run(input));
      return outputs;
    } finally {
      await session.close();
    }
  },
};

/** A package of PyPI, by the name of its module. */
async function python(name: string, module: string): Promise<Runtime> {
  const version = hasPackages([module, "numpy"])
    ? await runPython(`import ${module} as m; print(getattr(m, "__version__", None) or m.version())`, [])
    : undefined;
  return {
    name,
    version: version?.trim().split("-")[0],
    async run(path, inputs) {
      const folder = await Deno.makeTempDir();
      try {
        const listed = await Promise.all(inputs.map(async ({ type, shape, values }, i) => {
          const path = `${folder}/${i}`;
          await Deno.writeFile(path, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
          return { type, shape, path };
        }));
        const code = await Deno.readTextFile(new URL("run.py", import.meta.url));
        const said = JSON.parse(await runPython(code, [module, path, JSON.stringify(listed)]));
        if (said.refusal !== undefined) throw new Error(said.refusal);
        return said.outputs;
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  };
}

/** All of them, in the table's order. */
export const runtimes: readonly Runtime[] = [
  node,
  web("wasm"),
  web("webgpu"),
  await python("OpenVINO", "openvino"),
  await python("OpenCV", "cv2"),
  await python("tract", "tract"),
];
