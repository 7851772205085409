/** The decisions, and what can be made of them: a patch for `data.patch`, or a cleaned .zip. */
import { amount, counted } from "../../../src/data/words.ts";
import { nextTask } from "../../next_task.ts";
import { accept, canUndo, decided, decisions, undo, writes } from "../../state/decisions.ts";
import { labelledCount } from "../../state/labels.ts";
import { call, isUnlabelled, showFault, summary, verdict } from "../../state/session.ts";
import { save } from "../../state/save.ts";
import { savePatch } from "../../state/save_patch.ts";

/** The section. */
export function Taken() {
  const count = decisions.value.size, proposed = verdict.value?.proposed ?? 0;
  return (
    <div class="taken">
      <p aria-live="polite" aria-busy={writes.value > 0}>
        {isUnlabelled.value
          ? `${amount(labelledCount.value)} of ${counted(summary.value?.count ?? 0, "image")} labelled`
          : counted(count, "decision")}, kept in this browser
      </p>
      {proposed > 0 && (
        <button
          type="button"
          onClick={() => void dropProposed().catch(showFault)}
        >
          Drop the {amount(proposed)} that the verdict proposes
        </button>
      )}
      <button type="button" disabled={!canUndo.value} onClick={undo}>Undo</button>
      <button type="button" disabled={count === 0} onClick={() => void savePatch().catch(showFault)}>
        Save patch.jsonl
      </button>
      <button type="button" disabled={count === 0} onClick={() => void saveZip().catch(showFault)}>
        Save cleaned.zip
      </button>
    </div>
  );
}

async function dropProposed(): Promise<void> {
  const proposed = await call("proposed", {});
  await nextTask(); // they may be 100,000
  accept(proposed);
}

async function saveZip(): Promise<void> {
  save("cleaned.zip", await call("cleaned", decided()));
}
