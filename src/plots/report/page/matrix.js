/**
 * The confusion matrix as a grid of cells with true classes as rows. Correct predictions are blue and mistakes
 * orange, darker for a larger share of the row. Arrow keys move between cells, Enter opens one.
 */
import { choice, h, percent } from "./dom.js";
import { gallery } from "./pictures.js";

/** Sides of cells in pixels: minimum and maximum in the layout, the large size, and the minimum for a number. */
const LEAST = 4, MOST = 60, LARGE = 30, NUMBERED = 21;
/** Cells smaller than this have small labels, possibly fewer than classes. */
const TIGHT = 14;
/** Distance and size of small labels in pixels. */
const APART = 11, SMALL = 9.5;
/** With more classes than this the matrix takes the full width, and the images are shown below it. */
const BESIDE = 30;

/** Builds the matrix of a split's result in `place`. @returns a function that lays it out in a given width */
export function confusionMatrix(place, classes, result) {
  const count = classes.length;
  const counts = new Float64Array(count * count);
  for (const [truth, predicted, samples] of result.cells) counts[truth * count + predicted] = samples;
  const shown = { order: "name", values: "share", size: "fit", chosen: undefined, width: 0 };
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
      choice("Cells", "size", [["fit", "all in view"], ["large", "large"]], "fit", change("size")),
    ),
    h(
      "div",
      { class: count > BESIDE ? "matrix-above-panel" : "matrix-and-panel" },
      h("div", { class: "grid-side" }, holder, readout),
      panel,
    ),
  );
  openCell(matrix, undefined);
  return (width) => {
    const available = width ?? holder.parentElement.clientWidth;
    if (available === shown.width) return;
    shown.width = available;
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

/**
 * The sides of a layout in pixels: of the cells, and of the margin with the names. Where cells that all fit would be
 * smaller than the layout can have them, everything is laid out larger and drawn by this scale.
 */
function sides({ classes, count, shown }) {
  const longest = Math.max(...classes.map((name) => [...name].length));
  const names = Math.min(200, .3 * shown.width, Math.max(64, 8 * longest + 12));
  if (shown.size === "large") return { longest, cell: LARGE, margin: names, scale: 1 };
  const beside = (names) => Math.min(MOST, (shown.width - names - 14) / count);
  const margin = beside(names) < TIGHT ? Math.min(names, 100, .2 * shown.width) : names;
  const fitting = beside(margin),
    cell = Math.max(LEAST, Math.floor(fitting)),
    scale = Math.min(1, fitting / cell);
  return { longest, cell, margin: margin / scale, scale };
}

function draw(matrix) {
  const { classes, counts, count, shown, holder, result } = matrix;
  const order = ordered(matrix);
  const { longest, cell, margin, scale } = sides(matrix);
  const largest = counts.reduce((most, value) => Math.max(most, value), 1);
  const every = Math.ceil(APART / (cell * scale));
  const table = h("table", {
    class: "grid",
    role: "grid",
    "aria-label": "Confusion matrix, rows are true classes",
  });
  table.style.width = `${margin + cell * count}px`;
  table.style.setProperty("--cell", `${cell}px`);
  table.style.setProperty("--names", `${margin}px`);
  table.style.setProperty("--small", `${SMALL / scale}px`);
  table.classList.toggle("tight", cell < TIGHT);
  table.classList.toggle("level", longest * 7.5 < cell - 2);
  const label = (i, at, scope) => {
    const text = at % every === 0 ? classes[i] : "";
    return h("th", { scope, title: classes[i] }, h("span", {}, text));
  };
  const head = h(
    "tr",
    {},
    h("td", { class: "corner" }, h("span", {}, "predicted \u2192"), h("span", {}, "true \u2193")),
    order.map((i, at) => label(i, at, "col")),
  );
  const rows = order.map((truth, at) => {
    const support = result.classes[truth].support;
    const cells = order.map((predicted) => {
      const samples = counts[truth * count + predicted];
      const element = document.createElement("td");
      element.setAttribute("role", "gridcell");
      element.tabIndex = -1;
      if (truth === predicted) element.className = "diagonal";
      if (samples > 0) paint(element, samples, samples / support, shown, largest, cell);
      return element;
    });
    return h("tr", {}, label(truth, at, "row"), cells);
  });
  table.append(h("thead", {}, head), h("tbody", {}, rows));
  const scroller = h("div", { class: `scroller ${shown.size}` }, table);
  holder.replaceChildren(
    scroller,
    h("p", { class: "axis-note" }, "Rows are true classes, columns are predicted classes."),
  );
  if (scale < 1) {
    table.classList.add("scaled");
    table.style.transform = `scale(${scale})`;
    const { width, height } = table.getBoundingClientRect();
    scroller.style.width = `${Math.ceil(width) + 12}px`;
    scroller.style.height = `${Math.ceil(height) + 6}px`;
  }
  listen(matrix, table, order);
}

/** Colour and number of a cell; the darker half uses light text. */
function paint(element, samples, share, { values }, largest, cell) {
  const strength = values === "share" ? share : samples / largest;
  const depth = Math.max(.08, Math.sqrt(strength) * (element.className === "diagonal" ? 1 : 1.1));
  element.style.setProperty("--depth", `${Math.round(100 * Math.min(1, depth))}%`);
  element.classList.add(depth > (element.className === "diagonal" ? .62 : .85) ? "deep" : "pale");
  if (cell < NUMBERED) return;
  element.textContent = values === "count" ? String(samples) : String(Math.round(100 * share) || "<1");
}

function listen(matrix, table, order) {
  const { count, shown } = matrix;
  const body = table.tBodies[0];
  const at = (row, column) => body.rows[row]?.cells[column + 1];
  const placeOf = (cell) => [cell.parentElement.rowIndex - 1, cell.cellIndex - 1];
  const cellOf = (event) => event.target.closest("td[role=gridcell]");
  const classesOf = (cell) => placeOf(cell).map((place) => order[place]);
  let focused = at(0, 0);
  const focus = (cell) => {
    focused.tabIndex = -1;
    focused = cell;
    cell.tabIndex = 0;
    cell.setAttribute("aria-label", sentence(matrix, ...classesOf(cell)));
    tell(matrix, ...classesOf(cell));
  };
  const open = (cell) => {
    table.querySelector(".chosen")?.classList.remove("chosen");
    cell.classList.add("chosen");
    shown.chosen = classesOf(cell);
    openCell(matrix, shown.chosen);
  };
  focused.tabIndex = 0;
  focused.setAttribute("aria-label", sentence(matrix, order[0], order[0]));
  table.addEventListener("focusin", (event) => cellOf(event) && focus(cellOf(event)));
  table.addEventListener("click", (event) => cellOf(event) && open(cellOf(event)));
  table.addEventListener("mouseover", (event) => cellOf(event) && tell(matrix, ...classesOf(cellOf(event))));
  table.addEventListener("keydown", (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    const [row, column] = placeOf(cell), last = count - 1;
    const moves = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [row, 0],
      End: [row, last],
      PageUp: [Math.max(0, row - 10), column],
      PageDown: [Math.min(last, row + 10), column],
    };
    if (event.key === "Enter" || event.key === " ") open(cell);
    else if (Object.hasOwn(moves, event.key)) at(...moves[event.key])?.focus();
    else return;
    event.preventDefault();
  });
  if (shown.chosen) {
    const [truth, predicted] = shown.chosen.map((i) => order.indexOf(i));
    at(truth, predicted).classList.add("chosen");
  }
}

/** The description of a cell. */
function sentence({ classes, counts, count, result }, truth, predicted) {
  const samples = counts[truth * count + predicted], { support } = result.classes[truth];
  const share = support > 0 ? ` (${percent(samples / support)})` : "";
  return `True ${classes[truth]} predicted as ${classes[predicted]}: ${samples} of ${support}${share}`;
}

function tell(matrix, truth, predicted) {
  matrix.readout.textContent = sentence(matrix, truth, predicted);
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
