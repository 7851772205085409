/** What has changed between an earlier version of the dataset and the one that is open. */
import { versions } from "../../state/comparison.ts";
import { summary } from "../../state/session.ts";
import { Changes } from "./changes.tsx";
import { CompareDrop } from "./compare_drop.tsx";
import { Reading } from "./reading.tsx";

/** The part of the room. */
export function VersionsPart() {
  const known = summary.value, now = versions.now.value;
  if (known === undefined) {
    return (
      <section>
        <p>Open a dataset in "Data" first; then give an earlier version of it here.</p>
      </section>
    );
  }
  if (now.at === "reading") return <Reading doing={now.doing} onCancel={versions.cancel} />;
  return (
    <>
      {now.at === "shown" && <Changes summary={now.result} />}
      <CompareDrop
        title={now.at === "shown" ? "Compare with another one" : "Drop an earlier version here"}
        take={versions.start}
      >
        A folder or an archive, read as <code>{known.name}</code>{" "}
        is. Images are matched by what they show, whatever their files are called.
      </CompareDrop>
    </>
  );
}
