/** Says that images have to be labelled first, and where; nothing once two classes were given. */
import { givenLabels } from "../state/labels.ts";
import { isUnlabelled } from "../state/session.ts";
import { shown } from "./shown.ts";

/** The section. */
export function NoLabels() {
  if (!isUnlabelled.value || givenLabels.value.length > 1) return null;
  return (
    <section aria-label="No labels yet">
      <p>
        These images have no labels yet, and a network learns to tell two classes apart at least.{" "}
        <button type="button" onClick={() => shown.value = "images"}>Label them</button>
      </p>
    </section>
  );
}
