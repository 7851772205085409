/** What runs exported files. */
import type { OnnxInput } from "../../../src/setup/host.ts";

/** What exported files take. */
export type ExportInput = Extract<OnnxInput, { readonly type: "f32" | "u8" }>;

/** A runtime. */
export interface Runtime {
  readonly name: string;
  /** Undefined if this machine does not have it. */
  readonly version: string | undefined;
  /** The model's output for each input. @throws Error if the runtime refuses model or input */
  run(path: string, inputs: readonly ExportInput[]): Promise<ArrayLike<number>[]>;
}

/** The packages from npm. */
export const PACKAGES = new URL("../../../node_modules/", import.meta.url);

/** The version of one of them. */
export function npmVersion(name: string): string {
  return JSON.parse(Deno.readTextFileSync(new URL(`${name}/package.json`, PACKAGES))).version;
}
