/** The entry point of a thread that compiles kernels under Deno, in their first runs. */
import { compile } from "../core/compile.ts";
import { openDevice } from "../core/device.ts";
import { type FirstRuns, takeFirstRuns } from "../core/first_runs.ts";
import { openGpu } from "./deno_gpu.ts";

self.addEventListener("message", async ({ data: runs }: MessageEvent<FirstRuns>) => {
  const device = await openDevice(await openGpu());
  await takeFirstRuns(device, runs, ({ name, code }) => compile(device, name, code));
  device.close();
  postMessage("done");
});
