/** Saves the corrections that follow from the verdict, as `deno task stats --patch` does, with the command to use them. */
import { counted } from "../../../src/data/words.ts";
import { call, isUnlabelled, showFault, summary, verdict } from "../../state/session.ts";
import { save } from "../../state/save.ts";
import { trainCommand } from "../../state/command.ts";

const NAME = "fix.jsonl";

/** The section; nothing if there is nothing to correct, or nothing to train on yet. */
export function TakePatch() {
  const proposed = verdict.value?.proposed ?? 0, known = summary.value;
  if (proposed === 0 || known === undefined || isUnlabelled.value) return null;
  return (
    <section aria-labelledby="take-title">
      <h2 id="take-title">Take it away</h2>
      <p>
        From this {counted(proposed, "correction")}{" "}
        {proposed === 1 ? "follows" : "follow"}: unreadable files, surplus copies, and images with two labels
        are dropped. Review the file, then train with it:
      </p>
      <p>
        <code class="command">{trainCommand(known, [`data.patch=${NAME}`])}</code>
      </p>
      <button type="button" onClick={() => void savePatch()}>Save {NAME}</button>
    </section>
  );
}

async function savePatch(): Promise<void> {
  try {
    const text = await call("proposedPatch", {});
    save(NAME, new Blob([text], { type: "application/jsonl" }));
  } catch (error) {
    showFault(error);
  }
}
