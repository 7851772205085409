/** A warning for each transform that makes one class look like another, with a way to switch it off. */
import type { ClassChange } from "../../../src/data/health/class_changes.ts";
import { changes, preset, setValue } from "../../state/transforms.ts";

/** Classes that are listed. */
const SHOWN = 12;

const HOW = { flip: "mirrors images", turn: "turns images upside down" };

/** The warnings. */
export function Changes() {
  return (
    <div role="status">
      {changes.value.map((change) => <Warning key={change.key} change={change} />)}
    </div>
  );
}

function Warning({ change: { change, transform, key, classes } }: { change: ClassChange }) {
  const chance = preset.value?.options.find((option) => `transforms.${option.key}` === `${key}.p`);
  const more = classes.length - SHOWN;
  return (
    <section class="class-change">
      <h3>
        <span class="badge">warning</span> <code>{transform}</code> {HOW[change]}, which changes classes
      </h3>
      <ul class="found-classes">
        {classes.slice(0, SHOWN).map(({ className, note }) => (
          <li key={className}>
            <b>{className}</b> {note}
          </li>
        ))}
        {more > 0 && <li>and {more} more</li>}
      </ul>
      {chance !== undefined && (
        <button type="button" onClick={() => setValue(chance, 0, 0)}>Switch {transform} off</button>
      )}
    </section>
  );
}
