/**
 * Where the program's own files are under Deno: in its source tree with node_modules beside it, or in the portable
 * folder that `deno task dist` makes. There `lib` has the modules, bundled, and `assets` what is only read, compressed.
 */
import { zstdDecompress } from "node:zlib";
import { promisify } from "node:util";
import { explain } from "./deno_file_source.ts";

/** True in the portable folder, where modules are JavaScript. */
const isPortable = import.meta.url.endsWith(".js");

const root = new URL(isPortable ? "../" : "../../", import.meta.url);

/** How tasks are called here. */
export const program = isPortable ? "wgrad" : "deno task";

/** The project's own `conf/`. */
export const confFolder = pathOf("conf");

/** The module of a decoding thread. */
export const decodeWorker = hostModule("deno_decode_worker");

/** The module of a thread that compiles kernels. */
export const compileWorker = hostModule("deno_compile_worker");

function hostModule(name: string): URL {
  return new URL(isPortable ? `lib/host/${name}.js` : `src/host/${name}.ts`, root);
}

/** A module of the source tree, such as `web/main.tsx`. */
export function sourceModule(path: string): string {
  return new URL(path, root).href;
}

/** The bundles of all modules of the page, by bundleName: their texts by name. */
export type Bundles = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The bundle of a page's module that the portable folder has; undefined in the source tree, where it is made when needed. */
export async function madeBundle(entry: string, isSplit: boolean): Promise<Map<string, string> | undefined> {
  if (!isPortable) return undefined;
  const bundles: Bundles = JSON.parse(new TextDecoder().decode(await readAsset(bundlesAsset)));
  return new Map(Object.entries(bundles[bundleName(entry, isSplit)]));
}

/** The asset with Bundles as JSON: one, since they have most of their code in common, which is then stored once. */
export const bundlesAsset = assetName("bundles.json");

/** What the bundle of a page's module is called there. */
export function bundleName(entry: string, isSplit: boolean): string {
  return `${entry} ${isSplit ? "split" : "whole"}`;
}

/** The commit that the portable folder was made from; undefined in the source tree, which git knows. */
export function madeFrom(): string | undefined {
  return isPortable ? Deno.readTextFileSync(pathOf("COMMIT")).trim() || undefined : undefined;
}

/** A file of an npm package, such as `@resvg/resvg-wasm/index_bg.wasm`. @throws DataError if it is not there */
export async function readPackageFile(specifier: string): Promise<Uint8Array<ArrayBuffer>> {
  if (isPortable) return await readAsset(assetName(specifier));
  const path = decodeURIComponent(new URL(import.meta.resolve(specifier)).pathname);
  return await explain(path, () => Deno.readFile(path), "run ./setup.sh");
}

async function readAsset(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const path = pathOf(name);
  const packed = await explain(path, () => Deno.readFile(path), "unpack the portable folder again");
  return new Uint8Array(await promisify(zstdDecompress)(packed));
}

/** Where a file of `assets` is, below the portable folder. */
export function assetName(name: string): string {
  return `assets/${name}.zst`;
}

function pathOf(name: string): string {
  const path = decodeURIComponent(new URL(name, root).pathname);
  return Deno.build.os === "windows" ? path.slice(1) : path;
}
