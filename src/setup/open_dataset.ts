/** Opens the configured dataset: its samples are known, and its images not yet decoded. */
import type { Config } from "../config/mod.ts";
import { datasets } from "../data/datasets/mod.ts";
import type { DatasetPlugin, OpenedDataset } from "../data/datasets/plugin.ts";
import { parsePatch, type Patch } from "../data/files/patch.ts";
import type { Host } from "./host.ts";
import { waitForLock } from "./wait_for_lock.ts";

/**
 * Opens the configured dataset and reads its splits, with the corrections in data.patch. `classes` are those that
 * count; by default those of train.
 * @throws DataError
 */
export async function openDataset(
  host: Host,
  { data, seed }: Config,
  classes?: readonly string[],
): Promise<OpenedDataset> {
  const plugin: DatasetPlugin = datasets[data.name];
  const patch = await readPatch(host, data.patch);
  const lock = (path: string, what: string) => waitForLock(host, path, what);
  const { decode, processors } = host.pictures;
  return await plugin.make(data, {
    ...host,
    lock,
    decode: (bytes) => decode(bytes, data.max_pixels),
    parallel: 2 * processors,
    seed,
    holdout: data.holdout ?? undefined,
    patch,
    classes,
  });
}

async function readPatch(host: Host, path: string | null): Promise<Patch | undefined> {
  return path === null ? undefined : parsePatch(path, new TextDecoder().decode(await host.readFile(path)));
}
