/** Kernel choices on disk, so that a run need not repeat the measurements of an earlier one. */
import * as z from "zod";
import { DataError, MissingError } from "../base/errors.ts";
import type { Device } from "../core/device.ts";
import { unitText } from "../core/matrix_unit.ts";
import type { Callback } from "../train/callback.ts";
import type { Host } from "./host.ts";
import { waitForLock } from "./wait_for_lock.ts";

/** Increase this when kernels change so much that old choices are meaningless. */
const ENGINE = "0.1.0 kernels 2";

const file = z.strictObject({
  adapter: z.string(),
  engine: z.string(),
  choices: z.record(z.string(), z.string()),
});

/** The choices of one adapter, driver and engine version. */
export interface KeptChoices {
  readonly path: string;
  /** The choices found on disk: the candidate's name by key. */
  readonly choices: ReadonlyMap<string, string>;
}

/**
 * The conditions under which choices are valid: the adapter as named by its driver, its matrix units, the runtime,
 * and the engine.
 */
function identity(host: Host, { adapter, matrixUnit }: Device): { adapter: string; engine: string } {
  const { vendor, architecture, device, description } = adapter;
  const units = matrixUnit && `matrix units ${unitText(matrixUnit)}`;
  return {
    adapter: [vendor, architecture, device, description, units].filter(Boolean).join(" "),
    engine: `wgrad ${ENGINE}, ${host.runtime}`,
  };
}

/** The choices stored for a device. @throws DataError if their file is damaged */
export async function keptChoices(host: Host, device: Device): Promise<KeptChoices> {
  const { adapter, engine } = identity(host, device);
  const slug = `${adapter} ${engine}`.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  const path = `${host.cacheFolder("kernels")}/${slug}.json`;
  const text = await host.readFile(path).then((bytes) => new TextDecoder().decode(bytes), (error) => {
    if (error instanceof MissingError) return undefined;
    throw error;
  });
  if (text === undefined) return { path, choices: new Map() };
  try {
    return { path, choices: new Map(Object.entries(file.parse(JSON.parse(text)).choices)) };
  } catch {
    throw new DataError(`Cannot read the kernel choices ${path}: they are damaged; delete the file`);
  }
}

/**
 * Gives the device its stored choices; the callback stores those that the run adds before its first epoch.
 */
export async function keepChoices(host: Host, device: Device): Promise<Callback> {
  const { path, choices } = await keptChoices(host, device);
  for (const [key, name] of choices) device.choices.set(key, name);
  return {
    name: "kernel_choices",
    async fitStart() {
      const added = device.choices.size - choices.size;
      if (added === 0) return;
      await using _ = await waitForLock(host, path, "keeps its kernel choices");
      const others = (await keptChoices(host, device)).choices; // of runs that started at the same time
      const kept = { ...identity(host, device), choices: Object.fromEntries([...device.choices, ...others]) };
      await host.writeAtomic(path, new TextEncoder().encode(JSON.stringify(kept, undefined, 2) + "\n"));
      host.print(`kernels ${added} chosen by measurement, kept in ${path}`);
    },
  };
}
