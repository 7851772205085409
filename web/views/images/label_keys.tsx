/** The class names that were given so far, each with the key that gives it to the next image. */
import type { Row } from "../../protocol/calls.ts";
import { decide } from "../../state/decisions.ts";
import { givenLabels, goOn } from "../../state/labels.ts";

/** As many as there are digits. */
const MOST = 9;

/** The name that a key stands for. */
export function labelOfKey(key: string): string | undefined {
  return /^[1-9]$/.test(key) ? givenLabels.value[Number(key) - 1] : undefined;
}

/** The names, to be pressed; nothing before one was given. */
export function LabelKeys({ row: { path } }: { row: Row }) {
  const names = givenLabels.value.slice(0, MOST);
  if (names.length === 0) return null;
  return (
    <ul class="label-keys" aria-label="Class names given so far">
      {names.map((name, i) => (
        <li key={name}>
          <button
            type="button"
            onClick={() => {
              decide(path, { label: name });
              goOn();
            }}
          >
            <kbd>{i + 1}</kbd> {name}
          </button>
        </li>
      ))}
    </ul>
  );
}
