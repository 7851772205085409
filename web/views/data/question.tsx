/** Asks how a dataset is meant where its files can be read in several ways, with a preview of each. */
import { counted } from "../../../src/data/words.ts";
import type { Way } from "../../../src/data/files/ways.ts";
import { choices, openAs } from "../../state/session.ts";

/** The question, and an answer for each way. */
export function Question({ reason, ways }: { reason: string; ways: readonly Way[] }) {
  return (
    <section aria-labelledby="question-title">
      <h2 id="question-title">How is this to be read?</h2>
      <p>{reason}</p>
      <ul class="ways">
        {ways.map((way) => (
          <li key={`${way.layout}/${way.folder}`}>
            <WayBox way={way} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function WayBox({ way }: { way: Way }) {
  const { layout, folder, title, understood, counts, classes, examples } = way;
  const answer = { holdOut: choices.value.holdOut, ...(layout && { layout }), ...(folder && { folder }) };
  return (
    <button type="button" class="way" onClick={() => void openAs(answer)}>
      <b>{title}</b>
      <span>
        {understood}: {counted(classes, "class")},{" "}
        {Object.entries(counts).map(([split, count]) => `${split} ${count}`).join(", ")}
      </span>
      {examples.map(({ path, className }) => (
        <span key={path} class="example">
          <code>{path}</code> is <b>{className}</b>
        </span>
      ))}
    </button>
  );
}
