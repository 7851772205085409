/** A runtime for providers under test: no WebGPU of its own and no packages, unless a test gives them. */
import type { ProviderWorld } from "../../../src/core/providers/mod.ts";

export function testWorld(changes: Partial<ProviderWorld> = {}): ProviderWorld {
  return {
    ownGpu: () => Promise.reject(new Error("this runtime has no WebGPU")),
    importPackage: (name) => Promise.reject(new TypeError(`no such package ${name}\n  at a stack`)),
    ...changes,
  };
}

/** A WebGPU without an adapter. */
export const NO_ADAPTER = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
