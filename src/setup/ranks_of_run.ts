/** What the ranks of a training have in common, beside their launch (open_ranks.ts). */
import { ConfigError, DataError } from "../base/errors.ts";
import { fromAll, otherThanFirst, type Ranks } from "../base/ranks.ts";
import type { Config } from "../config/mod.ts";
import type { Host } from "./host.ts";
import type { OpenData } from "./open_data.ts";

/** How ranks train, in a line where there are several, and what of it is probably not meant. */
export async function describeRanks(
  host: Pick<Host, "machine" | "program">,
  { data, trainer }: Config,
  { size }: Ranks,
): Promise<string[]> {
  if (size === 1) {
    const note =
      `  note: trainer.strategy=ddp trains on one rank; \`mpirun -n 4 ${host.program} train ...\` starts four`;
    return trainer.strategy === "ddp" ? [note] : [];
  }
  const { cores } = await host.machine();
  const norms = trainer.sync_batchnorm ? "all ranks' batches" : "each rank's own batch";
  const line = `${size} ranks, ${size * data.batch_size} images in a step; batch norm by ${norms}`;
  if (cores > 1) return [`        ${line}`];
  return [
    `        ${line}`,
    "  note: this rank may use one processor, with all its threads: Open MPI's mpirun binds ranks like that unless it " +
    "gets --bind-to none",
  ];
}

/** Keys, and groups of them, that a rank may have for itself: where its files are, and what rank 0 alone does. */
const OWN: readonly string[] = [
  "experiment",
  "gpu",
  "log_level",
  "resume",
  "checkpoint_dir",
  "logging",
  "data.data_root",
  "data.num_workers",
  "data.prefetch",
  "data.persistent_workers",
  "data.cache",
  "data.cache_limit",
];

/**
 * Requires that all ranks train as configured on rank 0: otherwise they would wait for each other in vain, or take
 * different steps.
 * @throws ConfigError on all ranks alike
 */
export async function requireSameConfig(ranks: Ranks, config: Config): Promise<void> {
  const [first, ...others] = await fromAll(ranks, Object.fromEntries(sharedValues(config)));
  for (const [i, values] of others.entries()) {
    const key = Object.keys({ ...first, ...values }).find((key) => values[key] !== first[key]);
    if (key === undefined) continue;
    const [there, here] = [values[key], first[key]].map((value) => `${key}=${value ?? "unset"}`);
    throw new ConfigError(
      `Cannot train on ${ranks.size} ranks because rank ${
        i + 1
      } has ${there}, and rank 0 ${here}: start all of them ` +
        "with the same configuration",
    );
  }
}

/** The values that all ranks have in common, as JSON, by key. */
function sharedValues(node: unknown, key = ""): [key: string, value: string][] {
  if (OWN.includes(key)) return [];
  const isGroup = typeof node === "object" && Object.getPrototypeOf(node ?? []) === Object.prototype;
  if (!isGroup) return [[key, JSON.stringify(node)]];
  return Object.entries(node!).flatMap(([name, value]) => sharedValues(value, key ? `${key}.${name}` : name));
}

/** Requires that all ranks have read the same dataset. @throws DataError on all ranks alike */
export async function requireSameData(
  ranks: Ranks,
  { dataset, fingerprint: { listing, content } }: Pick<OpenData, "dataset" | "fingerprint">,
): Promise<void> {
  const other = await otherThanFirst(ranks, `${listing} ${content}`);
  if (other === undefined) return;
  throw new DataError(
    `Cannot train on ${ranks.size} ranks because rank ${other} reads another dataset in ${dataset.root} than rank 0: ` +
      "give all of them the same files",
  );
}
