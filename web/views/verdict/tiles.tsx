/** The dataset in numbers. */
import { amount, nounFor } from "../../../src/data/words.ts";
import { SEVERITIES, type Severity } from "../../../src/data/health/types.ts";
import type { Summary, Verdict } from "../../protocol/calls.ts";

/** What findings are counted as. */
const FOUND: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "remark" };

/** A row of numbers: images, classes, splits, and what was found. */
export function Tiles({ summary, verdict }: { summary: Summary; verdict: Verdict | undefined }) {
  const { count, classes, splits } = summary;
  const found = (severity: Severity) =>
    verdict?.findings.filter((finding) => finding.severity === severity).length;
  return (
    <ul class="tiles">
      <Tile value={count} label={nounFor(count, "image")} />
      <Tile value={classes.length} label={nounFor(classes.length, "class")} />
      {splits.map(({ split, counts }) => (
        <Tile
          key={split}
          value={counts.reduce((sum, count) => sum + count, 0)}
          label={split}
        />
      ))}
      {SEVERITIES.map((severity) => {
        const value = found(severity);
        return (
          <Tile key={severity} value={value} label={nounFor(value ?? 0, FOUND[severity])} look={severity} />
        );
      })}
    </ul>
  );
}

function Tile({ value, label, look }: { value: number | undefined; label: string; look?: string }) {
  return (
    <li class={look !== undefined && (value ?? 0) > 0 ? look : "plain"}>
      <b>{value === undefined ? "…" : amount(value)}</b>
      <span>{label}</span>
    </li>
  );
}
