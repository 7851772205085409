/** Runs a configured task as its command line says: look at the configuration, run once, or sweep. */

import { ConfigError } from "../../base/errors.ts";
import type { ConfigRequest, ConfigSource, Loaded } from "../../config/mod.ts";
import { load } from "../../config/mod.ts";
import type { Host } from "../host.ts";
import { type CommandLine, parseCommandLine } from "./command_line.ts";
import { withLog, writeHydraFolder } from "./run_folder.ts";
import type { ConfiguredTask, Outcome } from "./task.ts";

/** Runs `task` by its command line. @returns the exit code */
export async function launch(host: Host, task: ConfiguredTask, args: readonly string[]): Promise<number> {
  const line = parseCommandLine(args);
  const request = requestOf(host, task, line);
  if (["help", "cfg", "info"].some((flag) => line.flags.has(flag as "help"))) {
    const { inspect } = await import("./inspect.ts");
    return inspect(host, task, line, request);
  }
  if (["multirun", "resume", "print-jobs", "job"].some((flag) => line.flags.has(flag as "job"))) {
    const { sweep } = await import("./sweep.ts");
    return await sweep();
  }
  const loaded = load(request, host.configWorld);
  await runOnce(host, task, loaded);
  return 0;
}

/** The folders, root and overrides of a command line. */
function requestOf(host: Host, task: ConfiguredTask, { flags, overrides }: CommandLine): ConfigRequest {
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

/** Runs a task with a configuration in the run's own folder; the log has what it printed, and why it failed. */
export async function runOnce(host: Host, task: ConfiguredTask, loaded: Loaded): Promise<Outcome> {
  const { config, hydra, folder, notes } = loaded;
  task.check(config);
  await writeHydraFolder(host, folder, loaded);
  const log = withLog(host, `${folder}/${hydra.job.name}.log`);
  try {
    for (const note of notes) log.host.print(`note    ${note}`);
    return await task.run(log.host, config, folder);
  } catch (error) {
    log.write(error instanceof ConfigError ? error.message : `${error}`);
    throw error;
  } finally {
    await log.close();
  }
}
