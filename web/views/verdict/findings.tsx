/** The findings, worst first, each with what it means and a way to its images. */
import { amount, counted } from "../../../src/data/words.ts";
import { ask, cursor } from "../../state/gallery.ts";
import { checking } from "../../state/session.ts";
import { shown } from "../shown.ts";
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

/** Goes to the images of a finding. */
function look(finding: FoundKind["kind"]): void {
  ask({ split: undefined, className: undefined, text: undefined, finding });
  cursor.value = 0;
  shown.value = "images";
}

function FindingBox({ finding }: { finding: FoundKind }) {
  const { kind, severity, title, advice, classes, groups } = finding;
  const more = classes.length - SHOWN_CLASSES;
  return (
    <>
      <h3>
        <span class="badge">{severity}</span> {title} <small>{sizeOf(finding)}</small>
      </h3>
      <p>
        {advice} {groups > 0 && checking.value.at === "done" && (
          <button
            type="button"
            aria-label={`Look at them: ${title}`}
            onClick={() => look(kind)}
          >
            Look at them
          </button>
        )}
      </p>
      {classes.length > 0 && (
        <ul class="found-classes">
          {classes.slice(0, SHOWN_CLASSES).map(({ className, note }) => (
            <li key={className}>
              <b>{className}</b> {note}
            </li>
          ))}
          {more > 0 && <li>and {amount(more)} more</li>}
        </ul>
      )}
    </>
  );
}

function sizeOf({ groups, files, classes }: FoundKind): string {
  if (groups === 0) return counted(classes.length, "class");
  return groups < files ? `${counted(groups, "group")} of ${counted(files, "file")}` : counted(files, "file");
}
