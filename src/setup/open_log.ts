/** A run's log: the configured loggers, writing to the host's files. */
import { InterruptedError, MissingError } from "../base/errors.ts";
import { type Config, keptForm, resolveKept } from "../config/mod.ts";
import { RunLog } from "../train/log.ts";
import { makeLoggers } from "../train/loggers/mod.ts";
import type { LogFiles } from "../train/loggers/plugin.ts";
import type { Progress } from "../train/run.ts";
import type { Host } from "./host.ts";
import { waitForLock } from "./wait_for_lock.ts";

/**
 * Creates a run's log; nothing is written yet.
 * @throws ConfigError if a logger lacks something it needs, such as a key
 */
export function openLog(host: Host, config: Config, folder: string): RunLog {
  return new RunLog(makeLoggers(config.logging, {
    folder,
    experiment: config.experiment,
    kept: keptForm(config),
    resolve: (values) => resolveKept(values, host.configWorld),
    files: (folder) => logFiles(host, folder),
    open: (path) => host.openFile(path),
    lock: (path, what) => waitForLock(host, path, what),
    env: host.configWorld.env,
    now: host.now,
    report: host.print,
  }));
}

/**
 * Starts the log, runs `body`, and finishes the log whatever happens. What was logged after the point at which the run
 * begins or resumes is removed first: one may have died in its folder before its first checkpoint.
 */
export async function withRunLog<T>(
  log: RunLog,
  config: Config,
  resumed: Progress | undefined,
  body: () => Promise<T>,
): Promise<T> {
  await log.truncateTo(resumed ? loggedUpTo(resumed) : -1);
  await log.start(keptForm(config));
  try {
    const result = await body();
    await log.finish("finished");
    return result;
  } catch (error) {
    const status = error instanceof InterruptedError ? "interrupted" : "failed";
    await log.finish(status).catch(() => {}); // the first error is the one to report
    throw error;
  }
}

/** The step up to which a resumed run has logged. An epoch that has not been validated yet has no row. */
function loggedUpTo({ step, batch, batchesPerEpoch }: Progress): number {
  return batch === batchesPerEpoch ? step - 1 : step;
}

/** The files in a folder, in the form that loggers need. */
export function logFiles(
  host: Pick<Host, "readFile" | "appendText" | "appendBytes" | "writeAtomic">,
  folder: string,
): LogFiles {
  const bytesOf = (data: string | Uint8Array) =>
    typeof data === "string" ? new TextEncoder().encode(data) : data;
  return {
    load: (name) =>
      host.readFile(`${folder}/${name}`).catch((error) => {
        if (error instanceof MissingError) return undefined;
        throw error;
      }),
    append: (name, data) =>
      typeof data === "string"
        ? host.appendText(`${folder}/${name}`, data)
        : host.appendBytes(`${folder}/${name}`, data),
    write: (name, data) => host.writeAtomic(`${folder}/${name}`, bytesOf(data)),
  };
}
