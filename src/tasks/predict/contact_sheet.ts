/** A page with a thumbnail of each image and its predictions, in one file without scripts. */
import { resizeTo } from "../../data/transforms/resample.ts";
import type { EncodeJpeg, Picture } from "../../data/types.ts";
import { html, policySource } from "../../plots/html.ts";
import { Markup } from "../../plots/svg.ts";
import { UNKNOWN } from "./min_confidence.ts";
import type { Prediction, Predictions } from "./prediction.ts";

/** The longer side of a thumbnail in pixels: twice the displayed size, for high-resolution screens. */
const SIDE = 320;

/** An image's thumbnail as a data URI. */
export async function thumbnail(picture: Picture, encodeJpeg: EncodeJpeg): Promise<string> {
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const side = (length: number) => Math.max(1, Math.round(length * scale));
  const small = scale < 1 ? resizeTo(picture, side(picture.width), side(picture.height)) : picture;
  return `data:image/jpeg;base64,${(await encodeJpeg(small, 85)).toBase64()}`;
}

/** How an image is shown: its thumbnail, and one with heat over what speaks for its class. */
export interface View {
  readonly picture: string;
  readonly heat?: string | undefined;
}

/** The page; `views` correspond to `predictions`. */
export async function contactSheet(result: Predictions, views: readonly View[]): Promise<string> {
  const { model, runtime, card, predictions, unreadable } = result;
  const policy = `default-src 'none'; img-src data:; style-src ${await policySource(STYLE)}`;
  const failed = unreadable.map(({ path, reason }) => html`<li><b>${path}</b>: ${reason}</li>`);
  return html`
    <!doctype html>
    <html lang="en">
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width">
    <title>Predictions</title>
    <style>${new Markup(STYLE)}</style>
    <h1>${predictions.length} picture${predictions.length === 1 ? "" : "s"}</h1>
    <p>${model} in ${runtime}, ${card.classes.length} classes, ${card.imageSize} px${confidences(result)}</p>
    <main>
    ${predictions.map((prediction, i) => figure(prediction, views[i]))}
    </main>
    ${failed.length === 0 ? [] : html`
      <h2>${failed.length} not readable</h2>
      <ul class="failed">${failed}</ul>
    `}
    </html>
  `.text.trimStart();
}

/** How its confidences are to be read, and how many answers are unknown. */
function confidences({ card: { calibration }, minConfidence, predictions }: Predictions): string {
  const unknown = predictions.filter(({ isUnknown }) => isUnknown).length;
  return [
    ...(calibration?.bound === null ? [`, temperature ${calibration.temperature.toFixed(2)}`] : []),
    ...(minConfidence ? [`, ${unknown} ${UNKNOWN} by --min-confidence ${minConfidence.asked}`] : []),
  ].join("");
}

function figure({ file, guesses, isUnknown }: Prediction, { picture, heat }: View): Markup {
  const bars = guesses.map(({ label, confidence }) =>
    html`<li><meter value="${confidence.toFixed(4)}"></meter><b>${label}</b> <span>${
      (100 * confidence).toFixed(1)
    } %</span></li>`
  );
  return html`
    <figure>
      <div><img src="${picture}" alt="" loading="lazy">${heat === undefined
        ? ""
        : html`<img src="${heat}" alt="what speaks for ${guesses[0].label}" loading="lazy">`}</div>
      ${isUnknown ? html`<p class="unknown">${UNKNOWN}</p>` : ""}<ol>${bars}</ol>
      <figcaption title="${file}">${file.split("/").at(-1)!}</figcaption>
    </figure>
  `;
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif; }
body { margin: 2rem auto; padding: 0 1.5rem; max-width: 80rem; }
h1 { margin: 0; font-size: 1.5rem; } h2 { font-size: 1.1rem; }
p { margin: .2rem 0 1.5rem; opacity: .7; overflow-wrap: anywhere; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1.5rem 1rem; }
figure { margin: 0; min-width: 0; }
figure div { height: 11rem; display: flex; gap: .3rem; align-items: center; justify-content: center; background: #8882; border-radius: .4rem; }
img { max-width: 100%; min-width: 0; max-height: 11rem; min-height: 4rem; object-fit: contain; border-radius: .4rem; }
ol { list-style: none; margin: .5rem 0 0; padding: 0; }
li { display: flex; gap: .5rem; align-items: center; }
ol li:not(:first-child) { opacity: .65; font-size: .9em; } ol li:not(:first-child) b { font-weight: normal; }
b { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .failed b { overflow: visible; }
span { margin-left: auto; font-variant-numeric: tabular-nums; white-space: nowrap; }
figure p { margin: .5rem 0 -.4rem; opacity: 1; font-weight: bold; font-style: italic; }
.unknown + ol li { opacity: .65; }
meter { width: 3rem; flex: none; }
figcaption { opacity: .6; font-size: .8rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
`;
