/** How well each class is recognised; the worst first, or by name. */
import { amount } from "../../../src/data/words.ts";
import { useSignal } from "@preact/signals";
import type { ClassRow, Survey } from "../../protocol/survey.ts";

type Key = "className" | "images" | "precision" | "recall" | "f1";

const COLUMNS: readonly (readonly [key: Key, title: string])[] = [
  ["className", "class"],
  ["images", "images"],
  ["precision", "precision"],
  ["recall", "recall"],
  ["f1", "F1"],
];

/** The section. */
export function ClassTable({ known: { table, heldOut } }: { known: Survey }) {
  const sort = useSignal<{ key: Key; isFalling: boolean }>({ key: "f1", isFalling: false });
  const { key, isFalling } = sort.value, rows = sorted(table, key, isFalling);
  const by = (next: Key) => sort.value = { key: next, isFalling: next === key && !isFalling };
  return (
    <section aria-labelledby="classes-title">
      <h2 id="classes-title">Classes on {heldOut}</h2>
      <div class="table-frame" tabIndex={0} role="group" aria-labelledby="classes-title">
        <table class="counts shares">
          <thead>
            <tr>
              {COLUMNS.map(([column, title]) => (
                <th
                  key={column}
                  scope="col"
                  aria-sort={column === key ? isFalling ? "descending" : "ascending" : "none"}
                >
                  <button type="button" onClick={() => by(column)}>
                    {title} {column === key ? isFalling ? "↓" : "↑" : ""}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.className}>
                <th scope="row">{row.className}</th>
                <td>{amount(row.images)}</td>
                {[row.precision, row.recall, row.f1].map((share, i) => (
                  <td key={i}>{share === null ? "–" : `${(100 * share).toFixed(1)} %`}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** What has no value comes last. */
function sorted(table: readonly ClassRow[], key: Key, isFalling: boolean): ClassRow[] {
  const sign = isFalling ? -1 : 1;
  return table.toSorted((a, b) => {
    const [x, y] = [a[key], b[key]];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (x < y ? -1 : x > y ? 1 : 0);
  });
}
