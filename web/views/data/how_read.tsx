/** How the files were understood, what was left out, and how many validate where the files do not say. */
import { counted } from "../../../src/data/words.ts";
import type { Summary } from "../../protocol/calls.ts";
import { choices, given, isUnlabelled, openAs } from "../../state/session.ts";

const SHARES = [0, 0.05, 0.1, 0.15, 0.2, 0.3];

/** The section. */
export function HowRead({ summary }: { summary: Summary }) {
  const { name, understood, count, classes, isDivided } = summary;
  return (
    <section aria-labelledby="read-title">
      <h2 id="read-title">{name}</h2>
      <p>
        {counted(count, "image")} in {counted(classes.length, "class")}; read as {understood}.
      </p>
      {isDivided && <HoldOut classes={classes} />}
      <Notes summary={summary} />
    </section>
  );
}

/** What was noticed on reading, and which files are not used. */
export function Notes({ summary: { notes, ignored } }: { summary: Summary }) {
  if (notes.length + ignored.length + Number(mayLack()) === 0) return null;
  return (
    <ul class="notes">
      {mayLack() && (
        <li>
          This browser leaves out files with one of <code>" * : &lt; &gt; ? \ |</code>{" "}
          or an invisible character in their names; if there are such, pack the folder as a .zip.
        </li>
      )}
      {notes.map((note) => <li key={note}>{note}</li>)}
      {ignored.map(({ reason, count, first }) => (
        <li key={reason}>
          {counted(count, "file")} not used, {reason}: {first}
          {count > 1 ? ", ..." : ""}
        </li>
      ))}
    </ul>
  );
}

/** True for a folder of which the browser may not tell all names. */
function mayLack(): boolean {
  const source = given();
  return source?.kind === "handles" && source.count === undefined &&
    source.handles.some(({ kind }) => kind === "directory");
}

function HoldOut({ classes }: { classes: readonly string[] }) {
  const few = classes.slice(0, 3).join(", ");
  return (
    <p class="question">
      <label>
        {isUnlabelled.value
          ? "Of the images that you label, hold out "
          : `${few}${classes.length > 3 ? ", ..." : ""} look like classes, without splits. Hold out `}
        <select
          value={choices.value.holdOut}
          onChange={({ currentTarget }) =>
            void openAs({ ...choices.value, holdOut: Number(currentTarget.value) })}
        >
          {SHARES.map((share) => <option key={share} value={share}>{Math.round(100 * share)} %</option>)}
        </select>{" "}
        for validation, and as much for the test.
      </label>
    </p>
  );
}
