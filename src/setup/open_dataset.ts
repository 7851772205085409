/** From a configuration to a dataset whose samples are known and whose pictures are not decoded yet. */
import { fnv1a32 } from "../base/rng.ts";
import type { Config } from "../config/mod.ts";
import { readDataset } from "../data/files/dataset.ts";
import { parsePatch, type Patch } from "../data/files/patch.ts";
import { folderOf, join } from "../data/files/paths.ts";
import { ensureSyntheticJerseys } from "../data/synthetic_jerseys/generate.ts";
import type { Dataset, FileTree } from "../data/types.ts";
import type { Host } from "./host.ts";

/** Draws or opens the dataset and reads its splits, corrected by data.patch. @throws DataError */
export async function openDataset(host: Host, config: Config): Promise<{ tree: FileTree; dataset: Dataset }> {
  const { data, seed } = config;
  const root = data.name === "synthetic_jerseys" ? await drawJerseys(host, config) : data.data_root;
  const tree = await host.openTree(root, "set data.data_root=<folder or .zip>");
  const patch = await readPatch(host, data.patch);
  return { tree, dataset: await readDataset(tree, { seed, holdout: data.holdout, patch }) };
}

async function readPatch(host: Host, path: string | null): Promise<Patch | undefined> {
  return path === null ? undefined : parsePatch(path, new TextDecoder().decode(await host.readFile(path)));
}

/** Draws the synthetic set where it is not there yet; returns its folder. */
async function drawJerseys(host: Host, { data, seed }: Config): Promise<string> {
  if (data.name !== "synthetic_jerseys") throw new TypeError(`Cannot draw the dataset ${data.name}`);
  const options = { seed, ...data.synthetic };
  const key = fnv1a32(JSON.stringify(options)).toString(16).padStart(8, "0");
  const path = data.data_root ?? join(host.cacheFolder("datasets"), `synthetic_jerseys_${key}`);
  const parent = folderOf(path);
  const folder = path.slice(parent.length).replace(/^\//, "");
  const drawn = await ensureSyntheticJerseys(
    options,
    host.encodeJpeg,
    host.folderStore(parent || (path.startsWith("/") ? "/" : ".")),
    folder,
  );
  if (drawn) host.print(`  drew ${options.train + options.valid + options.test} jersey numbers into ${path}`);
  return path;
}
