/** Says that a network needs two classes, and where images get theirs; nothing once there are two. */
import { givenLabels } from "../state/labels.ts";
import { isUnlabelled, summary } from "../state/session.ts";
import { shown } from "./shown.ts";

/** The section. */
export function NoLabels() {
  if (!isUnlabelled.value) return <OneClass classes={summary.value?.classes ?? []} />;
  if (givenLabels.value.length > 1) return null;
  return (
    <section aria-label="No labels yet">
      <p>
        These images have no labels yet, and a network learns to tell two classes apart at least.{" "}
        <button type="button" onClick={() => shown.value = "images"}>Label them</button>
      </p>
    </section>
  );
}

function OneClass({ classes }: { classes: readonly string[] }) {
  const given = new Set([...classes, ...givenLabels.value]);
  if (given.size !== 1) return null;
  return (
    <section aria-label="One class only">
      <p>
        All images are “{classes[0]}”, and a network learns to tell two classes apart at least.{" "}
        <button type="button" onClick={() => shown.value = "images"}>Relabel some</button>
      </p>
    </section>
  );
}
