/** A health report in a form that costs the page little, however much was found. */
import { proposeCorrections } from "../../src/data/health/propose.ts";
import { type HealthReport, KINDS } from "../../src/data/health/types.ts";
import type { Verdict } from "../protocol/calls.ts";

/** What the page shows of a report; `files` is the number of files in all. */
export function verdictOf(report: HealthReport, files: number): Verdict {
  return {
    inspected: report.files,
    files,
    imbalance: report.imbalance,
    findings: report.findings.map(({ kind, groups, classes }) => ({
      kind,
      ...KINDS[kind],
      groups: groups.length,
      files: groups.reduce((sum, group) => sum + group.length, 0),
      classes,
    })),
    notes: report.notes,
    proposed: proposeCorrections(report).length,
  };
}
