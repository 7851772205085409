/** `sync`: sends a run's unsent records to Weights & Biases. */
import { ConfigError } from "../base/errors.ts";
import type { LogFiles } from "../train/loggers/plugin.ts";
import { resolveKept } from "../config/mod.ts";
import { readRun, resolveRun, wandbFolder, wandbLock, wandbServer } from "../train/loggers/wandb.ts";
import type { WandbRun, WandbServer } from "../train/loggers/wandb/api.ts";
import { Outbox } from "../train/loggers/wandb/outbox.ts";
import { Sender } from "../train/loggers/wandb/sender.ts";
import { parseArguments, usageLine } from "../launch/usage.ts";
import type { Host } from "../setup/host.ts";
import { logFiles } from "../setup/open_log.ts";
import { usages } from "./usages.ts";

/** How long an unavailable server is retried. */
const LIMIT_MS = 120_000;

interface Sending {
  readonly folder: string;
  readonly files: LogFiles;
  readonly server: WandbServer;
  readonly run: WandbRun;
  readonly limitMs: number;
}

/** Sends the records of the runs in these folders. @returns 0, or 1 if some are left */
export async function sync(host: Host, args: readonly string[], limitMs = LIMIT_MS): Promise<number> {
  const { others: folders } = parseArguments(args, usages.sync);
  if (folders.length === 0) {
    throw new ConfigError(`Cannot sync: no run given. Usage: ${usageLine(usages.sync)}`);
  }
  const server = wandbServer(host.configWorld.env);
  let left = 0;
  for (const folder of folders) {
    const files = logFiles(host, wandbFolder(folder));
    const run = await readRun(files);
    if (!run) {
      throw new ConfigError(
        `Cannot sync ${folder}: it has no wandb/run.json; give the folder of a run with logging=wandb`,
      );
    }
    const lock = await host.tryLock(wandbLock(folder), "sends its records");
    if (!lock.isOurs) {
      host.print(`sync    ${folder}: left to ${lock.by}`, "warning");
      left++;
      continue;
    }
    left += await send(host, { folder, files, server, run, limitMs }).finally(() => lock.release());
  }
  return left > 0 ? 1 : 0;
}

/** Sends the records of one run. @returns how many are left */
async function send(host: Host, { folder, files, server, run, limitMs }: Sending): Promise<number> {
  const outbox = await Outbox.open(files);
  const count = outbox.left;
  if (count === 0) {
    host.print(`sync    ${folder}: nothing to send`);
    return 0;
  }
  const sender = new Sender({
    server,
    run: resolveRun(run, (values) => resolveKept(values, host.configWorld)),
    outbox,
    open: (path) => host.openFile(path),
    report: (line, level) => host.print(line, level),
  });
  const left = await sender.finish(limitMs);
  host.print(`sync    ${folder}: ${count - left} of ${count} records sent`);
  return left;
}
