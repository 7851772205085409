/** Opens the configured device and creates the model on it. */
import type { Config } from "../config/mod.ts";
import { few } from "../base/few.ts";
import { type Device, openDevice } from "../core/device.ts";
import { unitText } from "../core/matrix_unit.ts";
import { mib } from "../base/byte_size.ts";
import { parameterCount } from "../nn/declare_layers.ts";
import type { Model } from "../nn/model.ts";
import { createModel } from "../nn/models/mod.ts";
import { loadCheckpoint } from "../train/checkpoint.ts";
import { chooseGpu } from "./choose_gpu.ts";
import type { Host } from "./host.ts";
import { openWeights } from "./open_weights.ts";

/** Opens the configured GPU and prints its name. @throws GpuError if there is none, or one that cannot multiply as configured */
export async function openConfigured(host: Host, config: Config): Promise<Device> {
  const { gpu, trainer: { precision, matmul } } = config;
  const { provider, note } = await chooseGpu(host, { gpu, precision, matmul });
  const device = await openDevice(await host.openGpu(provider), matmul);
  host.print(`device  ${describeAdapter(device)}`);
  if (note !== undefined) host.print(`        ${note}`);
  return device;
}

/** The adapter's name and features, in one line. */
export function describeAdapter({ adapter, gpu, matrixUnit }: Device): string {
  const name = adapter.description ||
    [adapter.vendor, adapter.architecture, adapter.device].filter(Boolean).join(" ");
  const features = ["shader-f16", "timestamp-query"].filter((feature) => gpu.features.has(feature));
  const units = matrixUnit ? [`matrix units ${unitText(matrixUnit)}`] : [];
  return `${name || "unnamed adapter"} (${
    [...features, ...units, `bindings to ${mib(gpu.limits.maxStorageBufferBindingSize)}`].join(", ")
  })`;
}

/**
 * Builds the configured model, loads its weights if a file is given, and prints a summary.
 * @throws DataError like {@link loadCheckpoint}, also for a head of another size unless `freshHead`
 */
export async function openModel(
  host: Host,
  config: Config,
  device: Device,
  classes: readonly string[],
  { freshHead = true } = {},
): Promise<Model> {
  const { name, weights, freeze, layer_lr_decay: _, ...options } = config.model;
  const model = createModel(device, { name, options }, {
    classes: classes.length,
    seed: config.seed,
    precision: config.trainer.precision,
    freeze,
  });
  const chosen = Object.entries(model.options).map(([key, value]) => `${key}=${value}, `).join("");
  const millions = (model.parameters.count / 1e6).toFixed(2);
  host.print(
    `model   ${name}, ${chosen}${millions} M parameters, ${config.data.image_size} px, ${classes.length} classes`,
  );
  if (freeze.length > 0) {
    const values = parameterCount(
      model.parameters.parameters.filter(({ declaration }) => !declaration.frozen),
    );
    host.print(`        ${freeze.join(", ")} frozen, ${(values / 1e6).toFixed(2)} M parameters learn`);
  }
  if (weights !== null) {
    const { source, key } = await openWeights(host, name, weights);
    const { fresh, aside, choice, otherClasses } = await loadCheckpoint(model, source, {
      classes,
      key,
      freshHead,
    });
    const reason = otherClasses ?? "the file has none of this size";
    const notes = [
      `weights from ${source.name}`,
      ...(choice === undefined ? [] : [choice]),
      ...(fresh.length > 0 ? [`${fresh.join(" and ")} start anew, as ${reason}`] : []),
      ...(aside.length > 0 ? [`${few(aside)} left out, as beside the model`] : []),
    ];
    host.print(`        ${notes.join("; ")}`);
  }
  return model;
}
