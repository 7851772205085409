/** What is confused with what, on images that no training saw: a matrix, or the most frequent pairs of many classes. */
import { amount } from "../../../src/data/words.ts";
import { cellRows, confusions, type Known } from "../../state/survey.ts";

/** Classes of which a matrix can still be read. */
const READABLE = 50;
/** Pairs that are listed. */
const PAIRS = 40;

interface Props {
  readonly known: Known;
  readonly choose: (title: string, rows: readonly number[]) => void;
}

/** The section. */
export function Matrix({ known, choose }: Props) {
  const { classes, heldOut, matrix } = known, isReadable = classes.length <= READABLE;
  const total = matrix.reduce((sum, count) => sum + count, 0);
  const right = classes.reduce((sum, _, k) => sum + matrix[k * classes.length + k], 0);
  const look = (truth: number, seen: number) => {
    const title = truth === seen
      ? `${classes[truth]}, seen as such`
      : `${classes[truth]} seen as ${classes[seen]}`;
    choose(title, cellRows(known, truth, seen));
  };
  return (
    <section aria-labelledby="matrix-title">
      <h2 id="matrix-title">What it confuses</h2>
      <p>
        {amount(right)} of {amount(total)} images of {heldOut} are right
        {total > 0 ? ` (${(100 * right / total).toFixed(1)} %)` : ""}. Press a{" "}
        {isReadable ? "cell" : "confusion"} to see its images.
      </p>
      {isReadable && <Table known={known} look={look} />}
      <Pairs known={known} look={look} />
    </section>
  );
}

type Look = (truth: number, seen: number) => void;

function Table({ known: { classes, matrix }, look }: { known: Known; look: Look }) {
  const width = classes.length;
  const rows = classes.map((_, t) => matrix.subarray(t * width, (t + 1) * width));
  return (
    <div class="table-frame matrix" tabIndex={0} role="group" aria-labelledby="matrix-title">
      <table>
        <thead>
          <tr>
            <th scope="col">label \ seen as</th>
            {classes.map((name) => <th key={name} scope="col" title={name}>{name}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map((counts, t) => (
            <tr key={classes[t]}>
              <th scope="row" title={classes[t]}>{classes[t]}</th>
              {[...counts].map((count, p) => (
                <Cell
                  key={p}
                  count={count}
                  share={count / Math.max(1, counts.reduce((a, b) => a + b))}
                  kind={t === p ? "right" : "wrong"}
                  name={`${classes[t]} seen as ${classes[p]}: ${amount(count)}`}
                  onLook={() => look(t, p)}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  readonly count: number;
  /** Of its row, 0 .. 1. */
  readonly share: number;
  readonly kind: "right" | "wrong";
  readonly name: string;
  readonly onLook: () => void;
}

function Cell({ count, share, kind, name, onLook }: CellProps) {
  if (count === 0) return <td>·</td>;
  return (
    <td class={kind} style={{ "--share": `${Math.round(10 + 80 * share)}%` }}>
      <button type="button" aria-label={name} onClick={onLook}>{amount(count)}</button>
    </td>
  );
}

function Pairs({ known, look }: { known: Known; look: Look }) {
  const { classes } = known, pairs = confusions(known);
  if (pairs.length === 0) return <p>Nothing is confused.</p>;
  return (
    <details open={classes.length > READABLE}>
      <summary>The most frequent confusions</summary>
      <ul class="pairs">
        {pairs.slice(0, PAIRS).map(({ truth, seen, count }) => (
          <li key={`${truth} ${seen}`}>
            <button type="button" onClick={() => look(truth, seen)}>
              {classes[truth]} seen as {classes[seen]}: {amount(count)}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
