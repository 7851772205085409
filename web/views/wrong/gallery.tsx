/** Images with label and prediction, some at first, and the way to where they are fixed. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { counted } from "../../../src/data/words.ts";
import { decisions } from "../../state/decisions.ts";
import { type Known, lookAt } from "../../state/survey.ts";
import { trySample } from "../../state/trying.ts";
import { Picture } from "../images/picture.tsx";
import { shown } from "../shown.ts";

/** Images at first, and more of them each time. */
const SOME = 24;

/** The images of rows of a survey; one that is pressed is tried, with what speaks for its classes. */
export function Gallery({ known, title, rows }: {
  known: Known;
  title: string;
  rows: readonly number[];
}) {
  const count = useSignal(SOME);
  useEffect(() => void (count.value = SOME), [rows]);
  const fix = () => {
    lookAt(title, known, rows);
    shown.value = "images";
  };
  return (
    <>
      <ul class="batch" aria-label={title}>
        {rows.slice(0, count.value).map((row) => <Item key={row} known={known} row={row} />)}
      </ul>
      <p class="ways-in start">
        {rows.length > count.value && (
          <button type="button" onClick={() => count.value += SOME}>
            More of {counted(rows.length, "image")}
          </button>
        )}
        <button type="button" disabled={rows.length === 0} onClick={fix}>
          Look and fix {counted(rows.length, "image")}
        </button>
      </p>
    </>
  );
}

function Item({ known, row }: { known: Known; row: number }) {
  const { classes, labels, predicted, confidence, paths, ids } = known, path = paths[row];
  const label = classes[labels[row]], seen = classes[predicted[row]], decision = decisions.value.get(path);
  const change = decision?.isDropped
    ? "dropped"
    : decision?.label === undefined
    ? ""
    : `now ${decision.label}`;
  return (
    <li title={path}>
      {ids[row] >= 0 && (
        <button
          type="button"
          class="pictured"
          aria-label={`What speaks for its classes: ${path}, labelled ${label}`}
          onClick={() => {
            void trySample(ids[row]);
            shown.value = "try";
          }}
        >
          <Picture id={ids[row]} side={72} alt="" />
        </button>
      )}
      <span class="label">{label}</span>
      <small>
        {label === seen ? "" : `seen as ${seen}, `}
        {Math.round(100 * confidence[row])}
        {"\u00a0"}%
      </small>
      {change !== "" && <small class="changed">{change}</small>}
    </li>
  );
}
