import { exitCode } from "../base/errors.ts";
import { ONE } from "../base/ranks.ts";
import { isJob, type Loaded } from "../config/mod.ts";
import type { Host } from "../setup/host.ts";
import { plainPlaces } from "../setup/run_places.ts";
import { clearResult, type JobResult, writeResult } from "../setup/run_result.ts";
import { withLog, writeHydraFolder } from "./run_folder.ts";
import { sendPlaces, takePart } from "./other_ranks.ts";
import type { ConfiguredTask } from "./task.ts";

/**
 * Runs a task with a configuration in the run's own folder. The log contains its output and `result.json` its result;
 * both contain the reason of a failure. On several ranks the first one writes them; the others take part.
 */
export async function runOnce(host: Host, task: ConfiguredTask, loaded: Loaded): Promise<JobResult> {
  const { config, hydra, notes } = loaded;
  task.check(config);
  const ranks = await task.openRanks?.(host, config) ?? ONE;
  if (ranks.rank > 0) return await takePart(host, task, config, ranks);
  await using places = task.places
    ? await task.places(host, config, loaded.folder, isJob(hydra))
    : await plainPlaces(host, loaded.folder, isJob(hydra));
  const { folder } = places;
  await sendPlaces(ranks, places);
  await clearResult(host, folder);
  await writeHydraFolder(host, folder, loaded);
  const log = withLog(host, `${folder}/${hydra.job.name}.log`, config.log_level);
  const sayStopping = () => log.host.print("stopping: interrupt again to exit immediately", "warning");
  host.signal.addEventListener("abort", sayStopping);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    for (const note of notes) log.host.print(`note    ${note}`);
    const metrics = await task.run(log.host, config, places, ranks);
    await log.close();
    const result = { code: 0, error: undefined, seconds: seconds(), metrics };
    await writeResult(host, folder, result);
    return result;
  } catch (error) {
    log.write(`${error}`, "error");
    const result = { code: exitCode(error), error: `${error}`, seconds: seconds(), metrics: new Map() };
    // The first error is the one to report, where the disk refuses these, too.
    await Promise.allSettled([writeResult(host, folder, result), log.close()]);
    throw error;
  } finally {
    host.signal.removeEventListener("abort", sayStopping);
  }
}
