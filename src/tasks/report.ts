/** `report`: writes `report.html` of runs that are over, or go on elsewhere, from the files in their folders. */
import { ConfigError, DataError } from "../base/errors.ts";
import { htmlReport } from "../plots/report/html_report.ts";
import { REPORT } from "../train/callbacks/report.ts";
import { readRun, type RunFiles } from "../train/report/read_run.ts";
import type { HealthFinding } from "../plots/report/report.ts";
import { type Finding, KINDS, SEVERITIES } from "../data/health/types.ts";
import type { Host } from "./host.ts";

/** Writes the report of each folder. */
export async function report(host: Host, folders: readonly string[]): Promise<void> {
  if (folders.length === 0) {
    throw new ConfigError("Cannot write a report as no run is given: deno task report outputs/...");
  }
  for (const given of folders) {
    const folder = given.replace(/(?<=.)\/+$/, "");
    const files = runFiles(host, folder);
    if (await files.text("run.json") === undefined) {
      throw new ConfigError(
        `Cannot write a report of ${folder} as it holds no run.json: give the folder of a run, such as outputs/...`,
      );
    }
    const page = new TextEncoder().encode(await htmlReport(await readRun(files, host.now())));
    await host.writeAtomic(`${folder}/${REPORT}`, page);
    host.print(`report  ${folder}/${REPORT} (${(page.length / 1024 ** 2).toFixed(1)} MiB)`);
  }
}

/** A run's folder on the host. */
export function runFiles(host: Host, folder: string): RunFiles {
  return {
    folder,
    async text(path) {
      try {
        return new TextDecoder().decode(await host.readFile(`${folder}/${path}`));
      } catch (error) {
        if (error instanceof DataError) return undefined;
        throw error;
      }
    },
    async list() {
      const paths = await (await host.openTree(folder)).paths();
      return await Promise.all(paths.map(async (path) => {
        return { path, bytes: (await host.openFile(`${folder}/${path}`)).size };
      }));
    },
  };
}

/** Examples of a finding that a report has. */
const EXAMPLES = 8;

/** Findings as a report shows them, worst first: files and classes by name, of many the first ones. */
export function reportedFindings(findings: readonly Finding[]): HealthFinding[] {
  const place = (kind: Finding["kind"]) => SEVERITIES.indexOf(KINDS[kind].severity);
  return findings.toSorted((a, b) => place(a.kind) - place(b.kind)).map(({ kind, groups, classes }) => {
    const { severity, title, advice } = KINDS[kind];
    const noted = (text: string, note = "") => note === "" ? text : `${text}: ${note}`;
    const items = [
      ...groups.map((files) =>
        files.map(({ path, className, note }) => noted(`${path} (${className})`, note)).join(" = ")
      ),
      ...classes.map(({ className, note }) => noted(className, note)),
    ];
    return { severity, title, advice, items: items.slice(0, EXAMPLES), count: items.length };
  });
}
