/** What is wrong with the dataset: of a sample first, then of all files. */
import { clockTime } from "../../../src/base/clock.ts";
import { amount, counted } from "../../../src/data/words.ts";
import type { CheckProgress, Verdict } from "../../protocol/calls.ts";
import { cancel, check, checking, summary, verdict } from "../../state/session.ts";
import { Notes } from "../data/how_read.tsx";
import { NoLabels } from "../no_labels.tsx";
import { Counts } from "./counts.tsx";
import { Findings } from "./findings.tsx";
import { TakePatch } from "./take_patch.tsx";
import { Tiles } from "./tiles.tsx";

/** The room. */
export function VerdictRoom() {
  const known = summary.value, found = verdict.value;
  if (known === undefined) return null;
  return (
    <>
      <Status found={found} />
      <NoLabels />
      <Tiles summary={known} verdict={found} />
      <Notes summary={known} />
      {found !== undefined && <Findings verdict={found} />}
      {checking.value.at === "done" && <TakePatch />}
      <Counts summary={known} imbalance={found?.imbalance} />
    </>
  );
}

/** How far the check is, and of what the verdict is. */
function Status({ found }: { found: Verdict | undefined }) {
  const now = checking.value;
  const isSample = found !== undefined && found.inspected < found.files;
  return (
    <section class="status">
      <p aria-live="polite">
        {isSample && (
          <b class="badge sample">
            from a sample of {amount(found.inspected)} of {counted(found.files, "file")}
          </b>
        )}
        {now.at === "done" && found !== undefined && (
          <b class="badge done">all {counted(found.files, "file")} checked</b>
        )}
        {now.at === "cancelled" && <b class="badge">stopped</b>}
        {now.at === "running" && now.progress.stage === "comparing" && " Comparing images"}
      </p>
      {now.at === "running"
        ? <Bar progress={now.progress} />
        : now.at !== "done" && <button type="button" onClick={() => void check()}>Check all files</button>}
    </section>
  );
}

const STAGES = { sample: "Looking at a sample", all: "Looking at all files", comparing: "Comparing images" };

function Bar({ progress: { stage, done, total, left } }: { progress: CheckProgress }) {
  return (
    <div class="under-way">
      <progress aria-label={STAGES[stage]} max={total} {...(stage === "comparing" ? {} : { value: done })} />
      <span class="count">
        {STAGES[stage]}: {amount(done)} of {amount(total)}
        {Number.isFinite(left) && stage !== "comparing" ? `, ${clockTime(left)} left` : ""}
      </span>
      <button type="button" onClick={cancel}>Cancel</button>
    </div>
  );
}
