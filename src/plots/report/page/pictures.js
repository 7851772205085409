/** Images with their true and predicted classes. */
import { h, percent } from "./dom.js";

/** A gallery of images; if there are more than `most`, a button shows the rest. */
export function gallery(pictures, classes, most = Infinity) {
  const list = h("div", { class: "pictures" }, pictures.slice(0, most).map((one) => picture(one, classes)));
  if (pictures.length <= most) return list;
  const more = h("button", { type: "button" }, `Show all ${pictures.length}`);
  more.addEventListener("click", () => {
    list.append(...pictures.slice(most).map((one) => picture(one, classes)));
    more.remove();
  });
  return h("div", {}, list, more);
}

function picture({ truth, predicted, confidence, path, jpeg }, classes) {
  const isRight = truth === predicted;
  const alt = `True class ${classes[truth]}, predicted ${classes[predicted]}`;
  const caption = isRight
    ? [h("span", { class: "mark", "aria-hidden": "true" }, "\u2713"), h("b", {}, classes[truth])]
    : [
      h("span", { class: "mark", "aria-hidden": "true" }, "\u2717"),
      h("b", {}, classes[truth]),
      h("span", { class: "arrow" }, " predicted as "),
      h("b", {}, classes[predicted]),
    ];
  return h(
    "figure",
    { class: isRight ? "right" : "wrong", title: `${alt}, ${percent(confidence)}\n${path}` },
    h("img", { src: `data:image/jpeg;base64,${jpeg}`, alt, decoding: "async" }),
    h(
      "figcaption",
      {},
      h("span", { class: "names" }, caption),
      h("span", { class: "confidence" }, percent(confidence)),
      h("span", { class: "path" }, path.split("/").at(-1)),
    ),
  );
}
