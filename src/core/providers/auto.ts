/** `gpu=auto`: the runtime's own WebGPU, Deno's (wgpu) or the browser's. */
import type { Provider } from "./provider.ts";

export const auto: Provider = {
  description: "the runtime's own WebGPU",
  open: (world) => world.ownGpu(),
};
