/** An experiment's checkpoints on the host, and the run's own names for two of them. */
import { folderOf } from "../data/files/paths.ts";
import type { CheckpointStore } from "../train/callbacks/plugin.ts";
import type { Host } from "./host.ts";

/** What is needed of a host. */
type StoreHost = Pick<Host, "folderStore" | "linkAtomic" | "openTree" | "writeAtomic">;

/** The folder, below a run's own, of its weights. */
export const WEIGHTS = "weights";

/** The paths of a run's own weights. */
export function weightsIn(folder: string): CheckpointStore["weights"] {
  return { best: `${folder}/${WEIGHTS}/best.safetensors`, last: `${folder}/${WEIGHTS}/last.safetensors` };
}

/** The places of {@link checkpointStore}. */
export interface StorePlaces {
  /** The run's folder. */
  readonly run: string;
  /** The folder of its checkpoints. */
  readonly folder: string;
  readonly isResumed: boolean;
}

/**
 * Writes into the folder of checkpoints. Before its first write, a fresh run moves any checkpoints from an earlier run
 * aside, so nothing is overwritten.
 */
export function checkpointStore(host: StoreHost, { run, folder, isResumed }: StorePlaces): CheckpointStore {
  let claimed: Promise<void> | undefined;
  const claim = () => claimed ??= isResumed ? Promise.resolve() : moveAside(host, folder);
  const at = (name: string) => `${folder}/${name}`;
  const exists = (path: string) => host.folderStore(path).exists("");
  const weights = weightsIn(run);
  return {
    folder,
    weights,
    async probe() {
      await host.writeAtomic(`${folder}.probe`, new Uint8Array());
      await host.folderStore(folderOf(folder)).remove(`${folder}.probe`.slice(folderOf(folder).length + 1));
    },
    async write(name, bytes) {
      await claim();
      await host.writeAtomic(at(name), bytes);
    },
    async keep(name, as) {
      if (!await exists(at(name))) return await exists(weights[as]);
      await host.linkAtomic(at(name), weights[as]);
      return true;
    },
    remove: (name) => host.folderStore(folder).remove(name),
  };
}

async function moveAside(host: StoreHost, folder: string): Promise<void> {
  const aside = await placeAside(host, folder);
  const parent = folderOf(folder);
  const nameOf = (path: string) => parent === "" ? path : path.slice(parent.length + 1);
  if (aside !== undefined) await host.folderStore(parent || ".").rename(nameOf(folder), nameOf(aside));
}

/** Where an earlier run's checkpoints can be moved to; undefined if there are none. */
export async function placeAside(host: StoreHost, folder: string): Promise<string | undefined> {
  if ((await checkpointsIn(host, folder)).length === 0) return undefined; // left incomplete by a kill
  for (let i = 1;; i++) {
    if (!await host.folderStore(`${folder}.${i}`).exists("")) return `${folder}.${i}`;
  }
}

/** The names of the checkpoints in a folder, which need not exist. */
export async function checkpointsIn(host: StoreHost, folder: string): Promise<string[]> {
  if (!await host.folderStore(folder).exists("")) return [];
  const names = await (await host.openTree(folder)).paths();
  return names.filter((name) => name.endsWith(".safetensors"));
}
