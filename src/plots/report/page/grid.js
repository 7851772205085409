/**
 * A square of cells with true classes as rows and predicted ones as columns. Arrow keys move between cells, Enter opens
 * one; where all in view would be too small, everything is drawn by a scale.
 */
import { choice, h } from "./dom.js";

/** Sides of cells in pixels: minimum and maximum in the layout, the large size, and the minimum for a number. */
const LEAST = 4, MOST = 60, LARGE = 30, NUMBERED = 21;
/** Cells smaller than this have small labels, possibly fewer than classes. */
const TIGHT = 14;
/** Distance and size of small labels in pixels. */
const APART = 11, SMALL = 9.5;
/** Cells that one frame brings: 100 classes at once would keep the page busy for a sixth of a second. */
const AT_ONCE = 1000;
/** With more classes than this the matrix takes the full width, and the panel is shown below it. */
const BESIDE = 30;

/** True if a cell of this side has room for a number. */
export function hasNumber(cell) {
  return cell >= NUMBERED;
}

/** The choice between all cells in view and large ones. */
export function sizeChoice(name, onchange) {
  return choice("Cells", name, [["fit", "all in view"], ["large", "large"]], "fit", onchange);
}

/** A grid's place with what is said of a cell, and a panel beside it, or below it for many classes. */
export function gridFrame(count, holder, readout, panel) {
  return h(
    "div",
    { class: count > BESIDE ? "matrix-above-panel" : "matrix-and-panel" },
    h("div", { class: "grid-side" }, holder, readout),
    panel,
  );
}

/**
 * Builds the grid in `holder`, and says what a cell is in `readout`. `view` has the class names, their order, the size
 * ("fit" or "large"), the available width, and whether all of it is needed at once (`isWhole`); `label`; `paint(element, truth, predicted, side)`;
 * `sentence(truth, predicted)`; `open(truth, predicted)`, if cells can be opened; and the `chosen` one.
 */
export function showGrid(holder, readout, view) {
  const { classes, order, size, label, chosen, isWhole } = view;
  const { longest, cell, margin, scale } = sides(view);
  const every = Math.ceil(APART / (cell * scale));
  const table = h("table", { class: "cells", role: "grid", "aria-label": label });
  table.style.width = `${margin + cell * classes.length}px`;
  table.style.setProperty("--cell", `${cell}px`);
  table.style.setProperty("--names", `${margin}px`);
  table.style.setProperty("--small", `${SMALL / scale}px`);
  table.classList.toggle("tight", cell < TIGHT);
  table.classList.toggle("level", longest * 7.5 < cell - 2);
  const heading = (i, at, scope) => {
    const isShown = at % every === 0;
    return h(
      "th",
      { scope, title: classes[i] },
      h("span", { class: isShown ? undefined : "unseen" }, classes[i]),
    );
  };
  const head = h(
    "tr",
    {},
    h("td", { class: "corner" }, h("span", {}, "predicted \u2192"), h("span", {}, "true \u2193")),
    order.map((i, at) => heading(i, at, "col")),
  );
  const row = (truth, at) => {
    const cells = order.map((predicted) => {
      const element = document.createElement("td");
      element.setAttribute("role", "gridcell");
      element.tabIndex = -1;
      if (truth === predicted) element.className = "diagonal";
      view.paint(element, truth, predicted, cell);
      if (chosen?.[0] === truth && chosen[1] === predicted) element.classList.add("chosen");
      return element;
    });
    return h("tr", {}, heading(truth, at, "row"), cells);
  };
  const body = h("tbody");
  table.append(h("thead", {}, head), body);
  const some = isWhole ? order.length : Math.max(1, Math.floor(AT_ONCE / order.length));
  addRows(body, order.map((truth, at) => () => row(truth, at)), { some, height: cell });
  const scroller = h("div", { class: `scroller ${size}` }, table);
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
  listen(table, readout, view);
}

/** Puts rows into a table: `some` now, as many in each later frame; those to come have their place until then. */
function addRows(body, rows, { some, height }, from = 0) {
  const added = rows.slice(from, from + some).map((row) => row()), next = from + added.length;
  const missing = h("tr", { "aria-hidden": true });
  missing.style.height = `${height * (rows.length - next)}px`;
  body.lastElementChild?.remove();
  body.append(...added, ...(next < rows.length ? [missing] : []));
  if (next === rows.length) return;
  requestAnimationFrame(() => body.isConnected && addRows(body, rows, { some, height }, next));
}

/**
 * The sides of a layout in pixels: of the cells, and of the margin with the names. Where cells that all fit would be
 * smaller than the layout can have them, everything is laid out larger and drawn by this scale.
 */
function sides({ classes, size, width }) {
  const count = classes.length;
  const longest = Math.max(...classes.map((name) => [...name].length));
  const names = Math.min(200, .3 * width, Math.max(64, 8 * longest + 12));
  if (size === "large") return { longest, cell: LARGE, margin: names, scale: 1 };
  const beside = (names) => Math.min(MOST, (width - names - 14) / count);
  const margin = beside(names) < TIGHT ? Math.min(names, 100, .2 * width) : names;
  const fitting = beside(margin),
    cell = Math.max(LEAST, Math.floor(fitting)),
    scale = Math.min(1, fitting / cell);
  return { longest, cell, margin: margin / scale, scale };
}

function listen(table, readout, { classes, order, sentence, open }) {
  const body = table.tBodies[0];
  const at = (row, column) => body.rows[row]?.cells[column + 1];
  const placeOf = (cell) => [cell.parentElement.rowIndex - 1, cell.cellIndex - 1];
  const cellOf = (event) => event.target.closest("td[role=gridcell]");
  const classesOf = (cell) => placeOf(cell).map((place) => order[place]);
  const tell = (cell) => readout.textContent = sentence(...classesOf(cell));
  let focused = at(0, 0);
  const focus = (cell) => {
    focused.tabIndex = -1;
    focused = cell;
    cell.tabIndex = 0;
    cell.setAttribute("aria-label", sentence(...classesOf(cell)));
    tell(cell);
  };
  const choose = (cell) => {
    if (!open) return;
    table.querySelector(".chosen")?.classList.remove("chosen");
    cell.classList.add("chosen");
    open(...classesOf(cell));
  };
  focused.tabIndex = 0;
  focused.setAttribute("aria-label", sentence(order[0], order[0]));
  table.addEventListener("focusin", (event) => cellOf(event) && focus(cellOf(event)));
  table.addEventListener("click", (event) => cellOf(event) && choose(cellOf(event)));
  table.addEventListener("mouseover", (event) => cellOf(event) && tell(cellOf(event)));
  table.addEventListener("keydown", (event) => {
    const cell = cellOf(event);
    if (!cell) return;
    const [row, column] = placeOf(cell), last = classes.length - 1;
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
    if (event.key === "Enter" || event.key === " ") choose(cell);
    else if (Object.hasOwn(moves, event.key)) at(...moves[event.key])?.focus();
    else return;
    event.preventDefault();
  });
}
