import { assert, assertEquals } from "@std/assert";
import { isLlvmpipe, openDevice } from "../../src/core/device.ts";
import { elementwise } from "../core/fixtures.ts";
import { gpuTest, testGpu } from "../rings.ts";

const COUNT = 3;

/** Has the worker take kernels, and prints how many it has taken, in a process whose Mesa keeps nothing from before. */
const PROGRAM = `
import { compileWorker } from "./src/host/deno_places.ts";
const worker = new Worker(compileWorker, { type: "module" });
const taken = new Int32Array(new SharedArrayBuffer(4));
worker.postMessage({ kernels: JSON.parse(Deno.env.get("KERNELS")), taken });
await new Promise((resolve) => worker.onmessage = resolve);
worker.terminate();
console.log(taken[0]);
`;

gpuTest("the worker takes all kernels, and Mesa keeps them on disk for others", async () => {
  const device = await openDevice(await testGpu()), { adapter } = device;
  device.close();
  if (!isLlvmpipe(adapter)) return console.log("ignored: kernels are not compiled in their first runs here");
  const folder = await Deno.makeTempDir({ prefix: "wgrad_kernels_" });
  try {
    const kernels = Array.from(
      { length: COUNT },
      (_, i) => ({ name: "map", code: elementwise(`y[i] = x[i] + ${i}.0;`) }),
    );
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--config=deno.dev.json", "--ext=ts", PROGRAM],
      cwd: new URL("../../", import.meta.url),
      env: { MESA_SHADER_CACHE_DIR: folder, KERNELS: JSON.stringify(kernels), NO_COLOR: "1" },
    }).output();
    const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assertEquals(Number(out), COUNT + 1, error); // it has looked for one more
    assert(await filesBelow(folder) >= COUNT, `${folder} has too few files`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function filesBelow(folder: string): Promise<number> {
  let count = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    count += isDirectory ? await filesBelow(`${folder}/${name}`) : 1;
  }
  return count;
}
