/** Images with their true and predicted classes; each opens enlarged. */
import { h, percent } from "./dom.js";

/** A gallery of images; if there are more than `most`, a button shows the rest. */
export function gallery(pictures, classes, most = Infinity) {
  const figures = pictures.map((_, i) => picture(pictures, i, classes));
  const list = h("div", { class: "pictures" }, figures.slice(0, most));
  if (pictures.length <= most) return list;
  const more = h("button", { type: "button" }, `Show all ${pictures.length}`);
  more.addEventListener("click", () => {
    list.append(...figures.slice(most));
    more.remove();
  });
  return h("div", {}, list, more);
}

function picture(pictures, i, classes) {
  const { truth, predicted, confidence, path } = pictures[i];
  const alt = `True class ${classes[truth]}, predicted ${classes[predicted]}`;
  const open = { type: "button", class: "enlarge", "aria-label": `Enlarge: ${alt}` };
  return h(
    "figure",
    { class: kindOf(pictures[i]), title: `${alt}, ${percent(confidence)}\n${path}` },
    h("button", { ...open, onclick: () => enlarge(pictures, i, classes) }, image(pictures[i], alt)),
    h(
      "figcaption",
      {},
      h("span", { class: "names" }, names(pictures[i], classes)),
      h("span", { class: "confidence" }, percent(confidence)),
      h("span", { class: "path" }, path.split("/").at(-1)),
    ),
  );
}

function image({ jpeg }, alt) {
  return h("img", { src: `data:image/jpeg;base64,${jpeg}`, alt, decoding: "async" });
}

function kindOf({ truth, predicted }) {
  return truth === predicted ? "right" : "wrong";
}

/** A tick and the class, or a cross and both. */
function names({ truth, predicted }, classes) {
  const mark = (text) => h("span", { class: "mark", "aria-hidden": "true" }, text);
  if (truth === predicted) return [mark("\u2713"), h("b", {}, classes[truth])];
  return [
    mark("\u2717"),
    h("b", {}, classes[truth]),
    h("span", { class: "arrow" }, " predicted as "),
    h("b", {}, classes[predicted]),
  ];
}

/**
 * Shows one of the images as large as there is room. Arrow keys and buttons show the others; Escape, a button or a
 * click beside it closes.
 */
function enlarge(pictures, at, classes) {
  const place = h("div", { "aria-live": "polite" });
  const step = (text, label, by) =>
    h("button", { type: "button", "aria-label": label, onclick: () => show(at + by) }, text);
  const close = h("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const controls = pictures.length < 2
    ? [close]
    : [step("\u2190", "Previous image", -1), step("\u2192", "Next image", 1), close];
  const steps = h("div", { class: "steps" }, controls);
  const dialog = h("dialog", { class: "large", "aria-label": "Enlarged image" }, place, steps);
  const show = (i) => {
    at = (i + pictures.length) % pictures.length;
    const { confidence, path } = pictures[at];
    const picture = image(pictures[at], "");
    picture.addEventListener("load", () => picture.classList.toggle("coarse", picture.naturalWidth <= 64));
    place.className = kindOf(pictures[at]);
    place.replaceChildren(
      picture,
      h("p", {}, names(pictures[at], classes), h("span", { class: "arrow" }, ` ${percent(confidence)}`)),
      h("p", { class: "hint" }, `${at + 1} of ${pictures.length}: ${path}`),
    );
  };
  dialog.addEventListener("keydown", ({ key }) => {
    if (key === "ArrowLeft") show(at - 1);
    if (key === "ArrowRight") show(at + 1);
  });
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  show(at);
  document.body.append(dialog);
  dialog.showModal();
}
