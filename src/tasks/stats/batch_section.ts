/** The section of the page that shows what a network gets to see. */
import { counted } from "../../data/words.ts";
import { html } from "../../plots/html.ts";
import type { Markup } from "../../plots/svg.ts";
import type { BatchImage, FirstBatch } from "./first_batch.ts";

/** The images of a batch with their classes. */
export function batchSection({ images, count, fault }: FirstBatch): Markup {
  const size = images.length < count
    ? `${images.length} of ${counted(count, "image")}`
    : counted(count, "image");
  return html`
    <section id="batch">
    <h2>The first training batch <small>${fault === undefined ? size : "not shown"}</small></h2>
    ${fault === undefined
      ? html`
        <p>What the network gets to see with these transforms, image size and seed: <code>transforms=...</code>, <code>transforms.batch=...</code> and <code>data.image_size=...</code> change it.</p>
        <div class="singles">${images.map(figure)}</div>
      `
      : html`<p>It cannot be made: ${fault}</p>`}
    </section>
  `;
}

function figure({ uri, path, classes }: BatchImage): Markup {
  const names = classes.map(({ name, share }) =>
    classes.length === 1
      ? html`<span class="class">${name}</span>`
      : html`<span class="note"><span class="class">${name}</span> ${(100 * share).toFixed(0)} %</span>`
  );
  return html`
    <div class="group">
      <figure class="label">
        <details>
          <summary><img src="${uri}" alt="${path}, as trained on" decoding="async"></summary>
        </details>
        <figcaption>${names}<code>${path}</code></figcaption>
      </figure>
    </div>
  `;
}
