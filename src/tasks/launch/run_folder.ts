/** A run's folder: the configuration that it was started with, and a log of what it printed. */

import { formatConfig, formatHydra, formatOverrides, type Loaded } from "../../config/mod.ts";
import { strftime } from "../../config/interpolation/strftime.ts";
import type { Host } from "../host.ts";

/**
 * Writes `config.yaml`, `overrides.yaml` and `hydra.yaml` into the run's `.hydra`. The configuration is the resolved
 * one, all defaults filled in: `--config-dir RUN/.hydra --config-name config` gives the same again.
 */
export async function writeHydraFolder(host: Host, folder: string, loaded: Loaded): Promise<void> {
  const files = {
    config: formatConfig(loaded.config),
    overrides: formatOverrides(loaded.hydra.overrides.task),
    hydra: formatHydra(loaded.hydra),
  };
  for (const [name, text] of Object.entries(files)) {
    const path = `${folder}/${loaded.hydra.output_subdir}/${name}.yaml`;
    await host.writeAtomic(path, new TextEncoder().encode(text));
  }
}

/** `host`, which also writes all that it prints into a log file; `close` waits for the last line of it. */
export function withLog(
  host: Host,
  path: string,
): { host: Host; write(text: string): void; close(): Promise<void> } {
  let written = Promise.resolve();
  const write = (text: string) => {
    const time = strftime(host.now(), "%Y-%m-%d %H:%M:%S");
    const lines = text.split("\n").map((line) => `[${time}] ${line}`.trimEnd() + "\n").join("");
    written = written.then(() => host.appendText(path, lines));
  };
  const print = (line: string) => {
    host.print(line);
    write(line);
  };
  return { host: { ...host, print }, write, close: () => written };
}
