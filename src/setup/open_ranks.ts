/** The ranks of a training: opens those that the launcher started, and compares them with the configuration. */
import { ConfigError } from "../base/errors.ts";
import { fromAll, type Ranks } from "../base/ranks.ts";
import type { Config } from "../config/mod.ts";
import type { AdapterDescription } from "../core/device.ts";
import { isSoftware } from "../core/device.ts";
import type { Host } from "./host.ts";
import { requireSameConfig } from "./ranks_of_run.ts";

type Launch = Pick<Config["trainer"], "devices" | "num_nodes">;

/**
 * Opens the ranks of this launch.
 * @throws ConfigError if MPI cannot be opened, if the ranks are configured differently, or if the launch is another than
 * the configuration says
 */
export async function openRanks(host: Host, config: Config): Promise<Ranks> {
  const ranks = await host.openRanks();
  await requireSameConfig(ranks, config);
  requireLaunch(config.trainer, await fromAll(ranks, host.hostname()), host.program);
  return ranks;
}

/** Requires that the ranks, by the names of their machines, are as many as the configuration says. */
export function requireLaunch(
  { devices, num_nodes: nodes }: Launch,
  machines: readonly string[],
  program: Host["program"],
): void {
  const counts = [...Map.groupBy(machines, (name) => name).values()].map(({ length }) => length);
  if (nodes !== "auto" && nodes !== counts.length) {
    refuse(`num_nodes=${nodes}`, counts, { devices, nodes }, program);
  }
  if (devices !== "auto" && counts.some((count) => count !== devices)) {
    refuse(`devices=${devices}`, counts, { devices, nodes }, program);
  }
}

/** Says what the launch has, and the two cures: another launch, and another configuration. */
function refuse(
  wanted: string,
  counts: readonly number[],
  { devices, nodes }: { readonly devices: number | "auto"; readonly nodes: number | "auto" },
  program: Host["program"],
): never {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const had = total === 1
    ? "this process was started by itself"
    : `this launch has ${total} ranks, ${[...new Set(counts)].join(" or ")} on each of ${counts.length} ` +
      (counts.length === 1 ? "machine" : "machines");
  const size = (devices === "auto" ? 1 : devices) * (nodes === "auto" ? counts.length : nodes);
  const key = wanted.slice(0, wanted.indexOf("="));
  throw new ConfigError(
    `Cannot train with trainer.${wanted} because ${had}: start it as \`mpirun -n ${size} ${program} train ...\`, ` +
      `or give trainer.${key}=auto`,
  );
}

/** What a rank says of its GPU, so that no two share one by mistake. */
export interface RankGpu {
  readonly machine: string;
  readonly name: string;
  readonly isSoftware: boolean;
  /** The device files that it may use, and the values of {@link SELECTORS}. */
  readonly chosen: readonly string[];
}

/** Variables that choose among several GPUs, by Mesa's Vulkan layer. */
export const SELECTORS = ["MESA_VK_DEVICE_SELECT", "DRI_PRIME"] as const;

/**
 * Requires that each rank has a GPU of its own, as far as can be known: WebGPU does not tell which of several equal GPUs
 * it took. Those of two ranks are taken for one if they are on one machine, have one name, may use the same
 * device files, and no variable chose between them. Software adapters may be shared.
 * @throws ConfigError on all ranks alike
 */
export async function requireOwnGpus(
  host: Host,
  ranks: Ranks,
  adapter: AdapterDescription,
  { trainer: { share_gpu: mayShare } }: Config,
): Promise<void> {
  if (ranks.size === 1 || mayShare) return;
  const own: RankGpu = {
    machine: host.hostname(),
    name: adapter.description,
    isSoftware: isSoftware(adapter),
    chosen: [...host.usableGpuFiles(), ...SELECTORS.map((name) => host.configWorld.env(name) ?? "")],
  };
  const shared = sharedGpu(await fromAll(ranks, own));
  if (shared === undefined) return;
  throw new ConfigError(
    `Cannot train on ranks ${
      shared.ranks.join(" and ")
    } of ${shared.machine} because both use ${shared.name}: give each ` +
      "a GPU of its own (with srun --gpus-per-task=1, a container for each, or DRI_PRIME; see docs/data-parallel.md), " +
      "or allow it by trainer.share_gpu=true",
  );
}

/** The first two ranks that use one GPU. */
export function sharedGpu(
  gpus: readonly RankGpu[],
):
  | { readonly ranks: readonly [number, number]; readonly machine: string; readonly name: string }
  | undefined {
  const seen = new Map<string, number>();
  for (const [rank, { machine, name, isSoftware, chosen }] of gpus.entries()) {
    if (isSoftware) continue;
    const key = JSON.stringify([machine, name, chosen]), other = seen.get(key);
    if (other !== undefined) return { ranks: [other, rank], machine, name };
    seen.set(key, rank);
  }
  return undefined;
}
