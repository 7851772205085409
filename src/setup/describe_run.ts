/** How a run describes itself: in its first lines, and in the files of its folder. */
import type { Config } from "../config/mod.ts";
import type { Device } from "../core/device.ts";
import { labelsMapping } from "../data/labels_mapping.ts";
import { counted } from "../data/words.ts";
import type { Host } from "./host.ts";
import type { OpenData } from "./open_data.ts";
import { describeAdapter } from "./open_model.ts";

/** The parts of a configuration that people look for first, in one line. */
export function describeConfig(config: Config): string {
  const { experiment, seed, trainer, data, optimizer } = config, each = trainer.accumulate_grad_batches;
  return [
    experiment,
    trainer.lr_find
      ? `${counted(trainer.lr_range.num_training, "step")} at rising rates`
      : counted(trainer.max_epochs, "epoch"),
    `batch ${data.batch_size}${each === 1 ? "" : ` x ${each}`}`,
    ...limits(config),
    trainer.matmul === "split" ? `${trainer.precision} by split products` : trainer.precision,
    `${optimizer.name}${optimizer.sam ? " with SAM" : ""}${trainer.lr_find ? "" : ` at ${rates(config)}`}`,
    `seed ${seed}`,
  ].join(", ");
}

/** The limits of batches, and what they are where there is none. */
const NO_LIMITS = {
  fast_dev_run: "false",
  overfit_batches: "0",
  limit_train_batches: "1.0",
  limit_val_batches: "1.0",
  limit_test_batches: "1.0",
} as const;

/** The limits of batches that there are. */
function limits({ trainer }: Config): string[] {
  return (Object.keys(NO_LIMITS) as (keyof typeof NO_LIMITS)[])
    .filter((key) => String(trainer[key]) !== NO_LIMITS[key] && !(trainer.lr_find && key === "fast_dev_run"))
    .map((key) => `${key}=${trainer[key]}`);
}

/** The highest rate, that of what Muon leaves to AdamW, and the schedule. */
function rates({ optimizer, scheduler }: Config): string {
  const lr = Number(scheduler.max_lr ?? optimizer.lr);
  const rest = optimizer.name === "muon"
    ? ` (adamw_lr ${Number(optimizer.adamw_lr) * lr / optimizer.lr})`
    : "";
  return `lr ${lr}${rest} by ${scheduler.name}`;
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
