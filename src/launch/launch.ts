/** Runs a configured task according to its command line: inspect the configuration, run once, or sweep. */

import { ConfigError } from "../base/errors.ts";
import { type ConfigRequest, type ConfigSource, load } from "../config/mod.ts";
import type { Host } from "../setup/host.ts";
import { type CommandLine, parseCommandLine } from "./command_line.ts";
import { runOnce } from "./run_once.ts";
import type { ConfiguredTask, LookingTask } from "./task.ts";

/**
 * Runs `task` with its command line. Of several ranks all meet first, since one that fails before could not end the
 * others. @returns the exit code
 */
export async function launch(
  host: Host,
  task: ConfiguredTask | LookingTask,
  args: readonly string[],
): Promise<number> {
  if ("openRanks" in task) await host.openRanks();
  const parsed = parseCommandLine(args, task.flags);
  const overrides = await task.overrides?.(host, parsed) ?? parsed.overrides;
  const line = { ...parsed, overrides };
  const request = requestOf(host, task, line);
  if (["help", "cfg", "info"].some((flag) => line.flags.has(flag as "help"))) {
    const { inspect } = await import("./inspect.ts");
    return inspect(host, task, line, request);
  }
  if (["multirun", "resume", "print-jobs", "job"].some((flag) => line.flags.has(flag as "job"))) {
    if ("look" in task) {
      throw new ConfigError(`Cannot sweep ${task.name}: it does not train; run it once for each dataset`);
    }
    const { size } = await host.openRanks();
    if (size > 1) {
      throw new ConfigError(
        `Cannot sweep on ${size} ranks: start the sweep by itself, or train each of its configurations on ranks`,
      );
    }
    const { sweep } = await import("./sweep.ts");
    return await sweep(host, withFlags(task, line), line, request);
  }
  const loaded = load(request, host.configWorld);
  if ("look" in task) {
    task.check(loaded.config);
    await task.look(host, loaded.config, line.own, loaded.notes);
    return 0;
  }
  return (await runOnce(host, withFlags(task, line), loaded)).code;
}

/** The task with its own flags of the command line. */
function withFlags(task: ConfiguredTask, { own }: CommandLine): ConfiguredTask {
  return { ...task, run: (host, config, places, ranks) => task.run(host, config, places, ranks, own) };
}

/** The folders, root and overrides of a command line. */
function requestOf(
  host: Host,
  task: ConfiguredTask | LookingTask,
  { flags, overrides }: CommandLine,
): ConfigRequest {
  const { openConfigFolder } = host.configWorld;
  const more = flags.get("config-dir"), main = flags.get("config-path");
  const sources: ConfigSource[] = [
    ...(more === undefined ? [] : [{ provider: "--config-dir", files: openConfigFolder(more) }]),
    main === undefined
      ? { provider: "main", files: host.configFiles }
      : { provider: "--config-path", files: openConfigFolder(main) },
  ];
  return { sources, root: flags.get("config-name") ?? "train", overrides, task: task.name };
}
