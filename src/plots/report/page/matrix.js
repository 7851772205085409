/**
 * The confusion matrix: correct predictions are blue and mistakes orange, darker for a larger share of the row. A cell
 * opens its images.
 */
import { choice, h, percent } from "./dom.js";
import { gridFrame, hasNumber, showGrid, sizeChoice } from "./grid.js";
import { gallery } from "./pictures.js";

/** Builds the matrix of a split's result in `place`. @returns a function that lays it out in a given width */
export function confusionMatrix(place, classes, result) {
  const count = classes.length;
  const counts = new Float64Array(count * count);
  for (const [truth, predicted, samples] of result.cells) counts[truth * count + predicted] = samples;
  const shown = { order: "name", values: "share", size: "fit", chosen: undefined, width: 0, isWhole: false };
  const holder = h("div", { class: "holder" });
  const readout = h("p", { class: "readout", role: "status" });
  const panel = h("div", { class: "panel", "aria-live": "polite" });
  const matrix = { classes, result, counts, count, shown, holder, readout, panel };
  const change = (key) => (value) => {
    shown[key] = value;
    draw(matrix);
  };
  const orders = [["name", "name"], ["support", "support"], ["accuracy", "accuracy"]];
  place.replaceChildren(
    h(
      "div",
      { class: "controls" },
      choice("Order", "order", orders, "name", change("order")),
      choice(
        "Numbers",
        "values",
        [["share", "% of the true class"], ["count", "counts"]],
        "share",
        change("values"),
      ),
      sizeChoice("size", change("size")),
    ),
    gridFrame(count, holder, readout, panel),
  );
  openCell(matrix, undefined);
  return (width) => {
    const available = width ?? holder.parentElement.clientWidth;
    if (available === shown.width) return;
    Object.assign(shown, { width: available, isWhole: width !== undefined });
    draw(matrix);
  };
}

/** Positions of classes in the chosen order; the best recognised come last. */
function ordered({ classes, result, shown }) {
  const places = classes.map((_, i) => i), of = result.classes;
  if (shown.order === "support") places.sort((a, b) => of[b].support - of[a].support);
  if (shown.order === "accuracy") places.sort((a, b) => (of[a].accuracy ?? 2) - (of[b].accuracy ?? 2));
  return places;
}

function draw(matrix) {
  const { classes, counts, count, shown, holder, readout, result } = matrix;
  const largest = counts.reduce((most, value) => Math.max(most, value), 1);
  showGrid(holder, readout, {
    classes,
    order: ordered(matrix),
    size: shown.size,
    width: shown.width,
    isWhole: shown.isWhole,
    label: "Confusion matrix, rows are true classes",
    chosen: shown.chosen,
    paint(element, truth, predicted, side) {
      const samples = counts[truth * count + predicted];
      if (samples > 0) paint(element, samples, samples / result.classes[truth].support, shown, largest, side);
    },
    sentence: (truth, predicted) => sentence(matrix, truth, predicted),
    open(truth, predicted) {
      shown.chosen = [truth, predicted];
      openCell(matrix, shown.chosen);
    },
  });
}

/** Colour and number of a cell; the darker half uses light text. */
function paint(element, samples, share, { values }, largest, cell) {
  const strength = values === "share" ? share : samples / largest;
  const depth = Math.max(.08, Math.sqrt(strength) * (element.className === "diagonal" ? 1 : 1.1));
  element.style.setProperty("--depth", `${Math.round(100 * Math.min(1, depth))}%`);
  element.classList.add(depth > (element.className === "diagonal" ? .62 : .85) ? "deep" : "pale");
  if (!hasNumber(cell)) return;
  element.textContent = values === "count" ? String(samples) : String(Math.round(100 * share) || "<1");
}

/** The description of a cell. */
function sentence({ classes, counts, count, result }, truth, predicted) {
  const samples = counts[truth * count + predicted], { support } = result.classes[truth];
  const share = support > 0 ? ` (${percent(samples / support)})` : "";
  return `True ${classes[truth]} predicted as ${classes[predicted]}: ${samples} of ${support}${share}`;
}

/** Shows the images of a cell next to the matrix. */
function openCell({ classes, counts, count, result, panel }, chosen) {
  if (!chosen) {
    panel.replaceChildren(h("p", { class: "hint" }, "Choose a cell to see its images."));
    return;
  }
  const [truth, predicted] = chosen;
  const samples = counts[truth * count + predicted];
  const found = result.pictures.filter((one) => one.truth === truth && one.predicted === predicted)
    .sort((a, b) => b.confidence - a.confidence);
  const heading = truth === predicted
    ? ["Right: ", h("b", {}, classes[truth])]
    : [h("b", {}, classes[truth]), " predicted as ", h("b", {}, classes[predicted])];
  const missing = found.length < samples
    ? `${found.length} of ${samples} images are in this report`
    : undefined;
  panel.replaceChildren(
    h("h3", {}, heading),
    h(
      "p",
      { class: "hint" },
      samples === 0 ? "No images." : missing ?? `${samples} image${samples === 1 ? "" : "s"}`,
    ),
    gallery(found, classes),
  );
  const isBelow = getComputedStyle(panel).position === "static"; // elsewhere it stays in view anyway
  if (isBelow && panel.getBoundingClientRect().top > innerHeight - 80) {
    panel.scrollIntoView({ block: "nearest" });
  }
}
