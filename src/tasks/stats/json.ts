import { type HealthReport, KINDS } from "../../data/health/types.ts";

/** A report as JSON, with all paths, and `more` after it. Classes are lists, because their names may look like numbers. */
export function reportJson(report: HealthReport, more: object = {}): string {
  const { root, files, classes, splits, imbalance, findings, understood, notes, ignored } = report;
  const json = {
    root,
    files,
    classes,
    counts: Object.fromEntries(splits.map(({ split, counts }) => [split, [...counts]])),
    imbalance,
    findings: findings.map(({ kind, groups, classes }) => ({
      kind,
      ...KINDS[kind],
      classes: classes.map(({ className, note }) => ({ class: className, note })),
      groups: groups.map((group) =>
        group.map(({ path, split, className, note = null }) => ({ path, split, class: className, note }))
      ),
    })),
    understood,
    notes,
    ignored,
    ...more,
  };
  return JSON.stringify(json, null, 2);
}
