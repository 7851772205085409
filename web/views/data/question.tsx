/** Asks how a dataset is meant where its files can be read in several ways, with a preview of each. */
import { amount, counted } from "../../../src/data/words.ts";
import type { Way } from "../../../src/data/files/ways.ts";
import { call, choices, openAs } from "../../state/session.ts";
import { Bitmap } from "../images/picture.tsx";
import { Path } from "../path.tsx";

/** The question, and an answer for each way. */
export function Question({ reason, ways }: { reason: string; ways: readonly Way[] }) {
  const isUnlabelled = ways.every(({ layout }) => layout === "unlabelled");
  return (
    <section aria-labelledby="question-title">
      <h2 id="question-title">
        {isUnlabelled ? "No labels found" : "How is this to be read?"}
      </h2>
      <p>
        {isUnlabelled
          ? (
            <>
              Label the images here: look at them, and give each its class by keyboard. That becomes a patch
              that <code>deno task train</code> reads, or a .zip of class folders.
            </>
          )
          : ways.length === 1
          ? "As a whole it cannot be read. This can:"
          : `It can be read in ${ways.length} ways. Which one do you mean?`}
      </p>
      <ul class="ways">
        {ways.map((way) => (
          <li key={`${way.layout}/${way.folder}`}>
            <WayBox way={way} />
          </li>
        ))}
      </ul>
      <p class="example">{reason}</p>
    </section>
  );
}

/** Pixels of an example's longer side. */
const SIDE = 96;

function WayBox({ way }: { way: Way }) {
  const { layout, folder, title, counts, classes, examples } = way;
  const answer = { holdOut: choices.value.holdOut, ...(layout && { layout }), ...(folder && { folder }) };
  const isUnlabelled = layout === "unlabelled";
  const placeOf = (path: string) => folder === undefined ? path : `${folder}/${path}`;
  return (
    <button type="button" class="way" onClick={() => void openAs(answer)}>
      <b>{isUnlabelled ? "Label them here" : title[0].toUpperCase() + title.slice(1)}</b>
      <span>
        {isUnlabelled ? imagesIn(counts) : `${counted(classes, "class")}, ${imagesIn(counts)}`}
      </span>
      <span class="way-examples">
        {examples.map(({ path, className }) => (
          <span key={path} class="example">
            <Bitmap
              what={placeOf(path)}
              alt=""
              draw={(signal) => call("example", { path: placeOf(path), side: SIDE }, { signal })}
            />
            <Path path={path} />
            {!isUnlabelled && (
              <span>
                is <b>{className}</b>
              </span>
            )}
          </span>
        ))}
      </span>
    </button>
  );
}

/** All of them, and how many each split has where there are splits. */
function imagesIn(counts: Way["counts"]): string {
  const all = counted(Object.values(counts).reduce((sum, count) => sum + count, 0), "image");
  const splits = Object.entries(counts).map(([split, count]) => `${split} ${amount(count)}`);
  return splits.length === 1 ? all : `${all}: ${splits.join(", ")}`;
}
