/** What a WebGPU provider is, and what it may ask of the runtime. */

/** A source of WebGPU: a file beside this one, and a line in the registry of mod.ts. */
export interface Provider {
  /** What it is, as `--help` and the doctor say it: "the runtime's own WebGPU". */
  readonly description: string;
  /**
   * The GPU object to open a device from.
   * @throws GpuError with the cure if there is no WebGPU, or it finds no adapter
   */
  open(world: ProviderWorld): Promise<GPU>;
}

/** What a provider needs of the runtime; each host has one. */
export interface ProviderWorld {
  /** The runtime's own WebGPU. @throws GpuError with the cure if it has none */
  ownGpu(): Promise<GPU>;
  /** An npm package of deno.json, loaded only when it is asked for. Rejects where it does not load. */
  importPackage(name: string): Promise<unknown>;
}
