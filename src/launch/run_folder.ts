/** A run's folder: the configuration that it was started with, and a log of what it printed. */

import { formatConfig, formatHydra, formatOverrides, type Loaded } from "../config/mod.ts";
import type { Host, Level } from "../setup/host.ts";
import { isShown, TerminalScreen } from "../setup/terminal_screen.ts";
import { printableLines } from "../base/printable.ts";
import { progressOn } from "../base/progress.ts";

/**
 * Writes `config.yaml`, `overrides.yaml` and `hydra.yaml` to the run's `.hydra`. The configuration is resolved, with
 * all defaults filled in: `--config-dir RUN/.hydra --config-name config` reproduces it.
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

/** The terminal output and log file of a run. */
export interface RunOutput {
  /** The host, whose lines go to both. */
  readonly host: Host;
  /** Writes a line to the file only. */
  write(text: string, level: Level): void;
  /** Removes live lines, and waits until the file is written. @throws FileError if it could not be */
  close(): Promise<void>;
}

/**
 * Wraps `host` so that it prints lines from `level` on and writes them to a log file with time and level. Lines of
 * level info are always in the file, and colours never are.
 */
export function withLog(host: Host, path: string, level: Level): RunOutput {
  const screen = new TerminalScreen(host.terminal, level);
  let written = Promise.resolve();
  const write = (text: string, of: Level) => {
    if (!isShown(of, level) && !isShown(of, "info")) return;
    const head = `${host.now().toISOString()} ${of.toUpperCase().padEnd(7)}`;
    const lines = printableLines(text).split("\n").map((line) => `${head} ${line}`.trimEnd() + "\n").join("");
    written = written.then(() => host.appendText(path, lines));
    written.catch(() => {}); // a failure is reported by close()
  };
  const print = (line: string, of: Level = "info") => {
    screen.print(line, of);
    write(line, of);
  };
  const live = screen.live.bind(screen);
  const progress = progressOn({ isTerminal: host.terminal.isTerminal, live, print });
  const close = () => {
    screen.close();
    return written;
  };
  return { host: { ...host, print, live, progress }, write, close };
}
