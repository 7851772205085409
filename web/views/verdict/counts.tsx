/** Images by class and split, with bars against the largest class of the split. */
import { amount, counted, imbalanceText } from "../../../src/data/words.ts";
import { useSignal } from "@preact/signals";
import type { Summary } from "../../protocol/calls.ts";

/** Classes that are shown before all are asked for. */
const FIRST = 40;

/** The table. */
export function Counts({ summary, imbalance }: { summary: Summary; imbalance: number | undefined }) {
  const isWhole = useSignal(false);
  const { classes, splits } = summary;
  const shown = isWhole.value ? classes : classes.slice(0, FIRST);
  const most = splits.map(({ counts }) => counts.reduce((largest, count) => Math.max(largest, count), 1));
  return (
    <section aria-labelledby="counts-title">
      <h2 id="counts-title">Images by class and split</h2>
      {imbalance !== undefined && <p>{imbalanceText(imbalance)}</p>}
      <div class="table-frame" tabIndex={0} role="group" aria-labelledby="counts-title">
        <table class="counts">
          <thead>
            <tr>
              <th scope="col">class</th>
              {splits.map(({ split }) => <th key={split} scope="col">{split}</th>)}
            </tr>
          </thead>
          <tbody>
            {shown.map((name, label) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {splits.map(({ split, counts }, i) => (
                  <td key={split}>
                    <meter min={0} max={most[i]} value={counts[label]} aria-hidden="true" />
                    {amount(counts[label])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < classes.length && (
        <button type="button" onClick={() => isWhole.value = true}>
          Show all {counted(classes.length, "class")}
        </button>
      )}
    </section>
  );
}
