/**
 * `report`: writes `report.html` for runs that have ended, or continue elsewhere, from the files in their folders, and
 * compares the runs below a folder, or those that are given.
 */
import { ConfigError } from "../base/errors.ts";
import { mib } from "../base/byte_size.ts";
import { folderOf } from "../data/files/paths.ts";
import { parseArguments, usageLine } from "../launch/usage.ts";
import { htmlComparison } from "../plots/report/html_comparison.ts";
import { htmlReport } from "../plots/report/html_report.ts";
import type { Host } from "../setup/host.ts";
import { requireFolderOf } from "../setup/output_file.ts";
import { runFiles } from "../setup/run_files.ts";
import { REPORT } from "../train/callbacks/report.ts";
import { readComparison } from "../train/report/read_comparison.ts";
import { readRun } from "../train/report/read_run.ts";
import { usages } from "./usages.ts";

/** The name of a comparison in the folder whose runs it compares. */
const COMPARISON = "comparison.html";

/** Writes the report of each run, and the comparison of each folder of runs; or one comparison of all. */
export async function report(host: Host, args: readonly string[]): Promise<void> {
  const { flags, others } = parseArguments(args, usages.report);
  const folders = [...new Set(others.map((folder) => folder.replace(/(?<=.)\/+$/, "")))];
  const file = flags.get("compare");
  if (folders.length === 0) {
    throw new ConfigError(`Cannot write a report: no run given. Usage: ${usageLine(usages.report)}`);
  }
  if (file !== undefined) {
    await requireFolderOf(host, "--compare", file);
    return await compare(host, folders, file);
  }
  for (const folder of folders) {
    const files = runFiles(host, folder), has = async (path: string) => await files.text(path) !== undefined;
    if (await has("run.json")) {
      await write(host, "report ", `${folder}/${REPORT}`, await htmlReport(await readRun(files, host.now())));
    } else if (await has(".hydra/overrides.yaml")) {
      throw new ConfigError(
        `Cannot write a report of ${folder}: it has no run.json, so it ended before it trained; see its log`,
      );
    } else await compare(host, [folder], `${folder}/${COMPARISON}`);
  }
}

/** Compares the runs of all folders in the file at `path`. */
async function compare(host: Host, folders: readonly string[], path: string): Promise<void> {
  const trees = await Promise.all(folders.map((folder) => host.openTree(folder)));
  using shown = host.progress("reading runs");
  const options = { now: host.now(), from: folderOf(path), onProgress: shown.at, signal: host.signal };
  await write(host, "compare", path, await htmlComparison(await readComparison(trees, options)));
}

async function write(host: Host, what: string, path: string, text: string): Promise<void> {
  const page = new TextEncoder().encode(text);
  await host.writeAtomic(path, page);
  host.print(`${what} ${path} (${mib(page.length)})`);
}
