/** How a run describes itself: in its first lines, and in the files of its folder. */
import type { Config } from "../config/mod.ts";
import type { Device } from "../core/device.ts";
import { labelsMapping } from "../data/labels_mapping.ts";
import { counted } from "../data/words.ts";
import type { Host } from "./host.ts";
import type { OpenData } from "./open_data.ts";
import { describeAdapter } from "./open_model.ts";

/** The parts of a configuration that people look for first, in one line. */
export function describeConfig({ experiment, seed, trainer, data, optimizer, scheduler }: Config): string {
  return [
    experiment,
    counted(trainer.max_epochs, "epoch"),
    `batch ${data.batch_size}`,
    trainer.precision,
    `lr ${optimizer.lr} by ${scheduler.name}`,
    `seed ${seed}`,
  ].join(", ");
}

/** Writes `run.json`: seed, commit and runtime, and what else is said of the run, such as its adapter. */
export async function describeProcess(
  host: Host,
  config: Config,
  folder: string,
  more: Readonly<Record<string, string>>,
): Promise<void> {
  const run = {
    experiment: config.experiment,
    started: host.now().toISOString(),
    seed: config.seed,
    commit: await host.gitCommit() ?? null,
    runtime: host.runtime,
    ...more,
  };
  await host.writeAtomic(`${folder}/run.json`, new TextEncoder().encode(JSON.stringify(run, null, 2) + "\n"));
}

/** Writes the files that describe the run into its folder: its seed, commit, runtime, adapter and labels. */
export async function describeRun(
  host: Host,
  config: Config,
  folder: string,
  { device, data }: { readonly device: Device; readonly data: OpenData },
): Promise<void> {
  await describeProcess(host, config, folder, { adapter: describeAdapter(device) });
  const { normalization, preprocessing } = data.evalPipeline;
  const labels = labelsMapping(data.classes, normalization, preprocessing);
  await host.writeAtomic(`${folder}/labels_mapping.json`, new TextEncoder().encode(labels));
}
