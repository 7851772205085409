/** The sources of a run's report: the files in its folder, and the findings about its dataset. */
import { MissingError } from "../base/errors.ts";
import { type Finding, KINDS, SEVERITIES } from "../data/health/types.ts";
import type { HealthFinding } from "../plots/report/report.ts";
import type { RunFiles } from "../train/report/run_records.ts";
import type { Host } from "./host.ts";

/** A run's folder on the host. */
export function runFiles(host: Host, folder: string): RunFiles {
  const bytes = async (path: string) => {
    try {
      return await host.readFile(`${folder}/${path}`);
    } catch (error) {
      if (error instanceof MissingError) return undefined;
      throw error;
    }
  };
  return {
    folder,
    bytes,
    async text(path) {
      const read = await bytes(path);
      return read && new TextDecoder().decode(read);
    },
    async list() {
      const paths = await (await host.openTree(folder)).paths();
      return await Promise.all(paths.map(async (path) => {
        return { path, bytes: (await host.openFile(`${folder}/${path}`)).size };
      }));
    },
  };
}

/** Maximum number of examples per finding in a report. */
const EXAMPLES = 8;

/** Findings as shown in a report, worst first: files and classes by name, limited to the first few. */
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
