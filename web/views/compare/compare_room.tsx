/** Runs side by side: their folders come in, and the comparison of `deno task report` is shown. */
import { cancelComparison, compareRuns, comparing } from "../../state/comparison.ts";
import type { Amount } from "../../protocol/calls.ts";
import { FileChooser, useDrop } from "../data/ways_in.tsx";
import { RunComparison } from "./run_comparison.tsx";

/** The room. */
export function CompareRoom() {
  const now = comparing.value;
  switch (now.at) {
    case "empty":
      return <RunsPlace title="Drop the folders of runs here" />;
    case "reading":
      return <Reading progress={now.progress} />;
    case "shown":
      return (
        <>
          <RunComparison comparison={now.comparison} />
          <RunsPlace title="Compare others" />
        </>
      );
  }
}

function RunsPlace({ title }: { title: string }) {
  const isOver = useDrop(compareRuns);
  return (
    <section class={isOver ? "drop over" : "drop"} aria-labelledby="runs-place-title">
      <h2 id="runs-place-title">{title}</h2>
      <p>
        Folders of runs, a sweep, the whole <code>outputs</code>{" "}
        folder, or a .zip of them. Their metrics, curves, configurations and confusion matrices are compared.
      </p>
      <div class="ways-in">
        <FileChooser label="Choose a folder" isFolder take={compareRuns} />
        <FileChooser label="Choose a .zip" take={compareRuns} />
      </div>
    </section>
  );
}

function Reading({ progress }: { progress: Amount | string }) {
  const isCounted = typeof progress !== "string";
  return (
    <section class="under-way">
      <progress
        aria-label="Reading runs"
        {...(isCounted ? { value: progress.done, max: progress.total } : {})}
      />
      <span class="count" aria-live="polite">
        {isCounted ? `Reading runs: ${progress.done} of ${progress.total}` : `${progress}…`}
      </span>
      <button type="button" onClick={cancelComparison}>Cancel</button>
    </section>
  );
}
