/** The findings, worst first, each with what it means and a way to its images. */
import { counted } from "../../../src/data/words.ts";
import type { FoundKind, Verdict } from "../../protocol/calls.ts";

/** Classes that are listed with a finding. */
const SHOWN_CLASSES = 12;

/** The list. */
export function Findings({ verdict: { findings } }: { verdict: Verdict }) {
  return (
    <section aria-labelledby="findings-title">
      <h2 id="findings-title">Findings</h2>
      {findings.length === 0
        ? <p class="healthy">No problems found: this dataset looks healthy.</p>
        : (
          <ul class="findings">
            {findings.map((finding) => (
              <li key={finding.kind} class={finding.severity}>
                <FindingBox finding={finding} />
              </li>
            ))}
          </ul>
        )}
    </section>
  );
}

function FindingBox({ finding }: { finding: FoundKind }) {
  const { severity, title, advice, classes } = finding;
  const more = classes.length - SHOWN_CLASSES;
  return (
    <>
      <h3>
        <span class="badge">{severity}</span> {title} <small>{sizeOf(finding)}</small>
      </h3>
      <p>{advice}</p>
      {classes.length > 0 && (
        <ul class="found-classes">
          {classes.slice(0, SHOWN_CLASSES).map(({ className, note }) => (
            <li key={className}>
              <b>{className}</b> {note}
            </li>
          ))}
          {more > 0 && <li>and {more} more</li>}
        </ul>
      )}
    </>
  );
}

function sizeOf({ groups, files, classes }: FoundKind): string {
  if (groups === 0) return counted(classes.length, "class");
  return groups < files ? `${counted(groups, "group")} of ${counted(files, "file")}` : counted(files, "file");
}
