/** All images at once, as a table to take away. */
import { counted } from "../../../src/data/words.ts";
import { save } from "../../state/save.ts";
import { images, predicted, predictImages } from "../../state/trying.ts";

/** The section. */
export function BatchSection() {
  const found = predicted.value;
  return (
    <section aria-labelledby="batch-title">
      <h2 id="batch-title">All {counted(images.value.length, "image")}</h2>
      <p>
        A table of the three likeliest classes of each, as <code>deno task predict --csv</code> writes it.
      </p>
      <div class="ways-in start">
        <button type="button" onClick={() => void predictImages()}>Classify all</button>
        {found !== undefined && (
          <button
            type="button"
            onClick={() => save("predictions.csv", new Blob([found.csv]))}
          >
            Save predictions.csv
          </button>
        )}
      </div>
      {found !== undefined && (
        <p role="status">
          {counted(found.read, "image")} classified
          {found.unreadable > 0 && `, ${found.unreadable} could not be read; the table says why`}
        </p>
      )}
    </section>
  );
}
