/** `sync`: sends a run's unsent records to Weights & Biases. */
import { ConfigError } from "../base/errors.ts";
import { readRun, wandbServer } from "../train/loggers/wandb.ts";
import { Outbox } from "../train/loggers/wandb/outbox.ts";
import { Sender } from "../train/loggers/wandb/sender.ts";
import { parseArguments, usageLine } from "../launch/usage.ts";
import type { Host } from "../setup/host.ts";
import { logFiles } from "../setup/open_log.ts";
import { usages } from "./usages.ts";

/** How long an unavailable server is retried. */
const LIMIT_MS = 120_000;

/** Sends the records of the runs in these folders. @returns 0, or 1 if some are left */
export async function sync(host: Host, args: readonly string[], limitMs = LIMIT_MS): Promise<number> {
  const { others: folders } = parseArguments(args, usages.sync);
  if (folders.length === 0) {
    throw new ConfigError(`Cannot sync: no run given. Usage: ${usageLine(usages.sync)}`);
  }
  const server = wandbServer(host.configWorld.env);
  let left = 0;
  for (const folder of folders) {
    const files = logFiles(host, `${folder}/wandb`);
    const run = await readRun(files);
    if (!run) {
      throw new ConfigError(
        `Cannot sync ${folder}: it has no wandb/run.json; give the folder of a run with logging=wandb`,
      );
    }
    const outbox = await Outbox.open(files);
    const count = outbox.left;
    if (count === 0) {
      host.print(`sync    ${folder}: nothing to send`);
      continue;
    }
    const sender = new Sender({
      server,
      run,
      outbox,
      open: (path) => host.openFile(path),
      report: (line, level) => host.print(line, level),
    });
    const rest = await sender.finish(limitMs);
    host.print(`sync    ${folder}: ${count - rest} of ${count} records sent`);
    left += rest;
  }
  return left > 0 ? 1 : 0;
}
