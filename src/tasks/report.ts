/**
 * `report`: writes `report.html` for runs that have ended, or continue elsewhere, from the files in their folders.
 */
import { ConfigError } from "../base/errors.ts";
import { htmlReport } from "../plots/report/html_report.ts";
import { REPORT } from "../train/callbacks/report.ts";
import { parseArguments, usageLine } from "../launch/usage.ts";
import type { Host } from "../setup/host.ts";
import { runFiles } from "../setup/run_files.ts";
import { readRun } from "../train/report/read_run.ts";
import { usages } from "./usages.ts";

/** Writes the report of each folder. */
export async function report(host: Host, args: readonly string[]): Promise<void> {
  const { others: folders } = parseArguments(args, usages.report);
  if (folders.length === 0) {
    throw new ConfigError(`Cannot write a report: no run given. Usage: ${usageLine(usages.report)}`);
  }
  for (const given of folders) {
    const folder = given.replace(/(?<=.)\/+$/, "");
    const files = runFiles(host, folder);
    if (await files.text("run.json") === undefined) {
      throw new ConfigError(
        `Cannot write a report of ${folder}: it has no run.json; give the folder of a run, such as outputs/...`,
      );
    }
    const page = new TextEncoder().encode(await htmlReport(await readRun(files, host.now())));
    await host.writeAtomic(`${folder}/${REPORT}`, page);
    host.print(`report  ${folder}/${REPORT} (${(page.length / 1024 ** 2).toFixed(1)} MiB)`);
  }
}
