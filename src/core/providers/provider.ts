/** The interface of a WebGPU provider, and what it can request from the runtime. */

/** A source of WebGPU: a file beside this one, and a line in the registry of mod.ts. */
export interface Provider {
  /** A description for `--help` and doctor: "the runtime's own WebGPU". */
  readonly description: string;
  /**
   * The GPU object to open a device from.
   * @throws GpuError with the cure if there is no WebGPU, or it finds no adapter
   */
  open(world: ProviderWorld): Promise<GPU>;
}

/** What a provider needs from the runtime; each host implements it. */
export interface ProviderWorld {
  /** The runtime's own WebGPU. @throws GpuError with the cure if it has none */
  ownGpu(): Promise<GPU>;
  /** An npm package of deno.json, loaded on demand. Rejects if it does not load. */
  importPackage(name: string): Promise<unknown>;
}
