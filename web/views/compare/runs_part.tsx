/** Runs side by side: their folders come in, and the comparison of `deno task report` is shown. */
import { runs } from "../../state/comparison.ts";
import { CompareDrop } from "./compare_drop.tsx";
import { Reading } from "./reading.tsx";
import { RunComparison } from "./run_comparison.tsx";

/** The part of the room. */
export function RunsPart() {
  const now = runs.now.value;
  if (now.at === "reading") return <Reading doing={now.doing} onCancel={runs.cancel} />;
  return (
    <>
      {now.at === "shown" && <RunComparison comparison={now.result} />}
      <CompareDrop
        title={now.at === "shown" ? "Compare others" : "Drop the folders of runs here"}
        take={runs.start}
      >
        Folders of runs, a sweep, the whole <code>outputs</code>{" "}
        folder, or a .zip of them. Their metrics, curves, configurations and confusion matrices are compared.
      </CompareDrop>
    </>
  );
}
