/**
 * The difference between two runs' confusion matrices. Classes are matched by name. Cells with more predictions are
 * blue and have a plus, those with fewer are orange and have a minus; small cells without room for a sign are hollow
 * where there are fewer.
 */
import { choice, h, options, percent } from "./dom.js";
import { gridFrame, hasNumber, showGrid, sizeChoice } from "./grid.js";

/** Largest changes that are listed. */
const LISTED = 20;
/** Class names that are listed. */
const NAMES = 12;
/**
 * Shares of a cell's colour: the least, and what is added to it up to STRONG. What is stronger has all of the colour and
 * light text: in between, no text has enough contrast.
 */
const PALEST = .14, PALE = .4, STRONG = .8;

const SPLITS = { test: "Test", valid: "Validation" };

/** Builds the difference in `place`. @returns a function that lays it out in a given width */
export function buildDifference(place, { runs, classLists, results }) {
  const splits = Object.keys(SPLITS).filter((split) =>
    results.filter((one) => one.split === split).length > 1
  );
  if (splits.length === 0) {
    place.append(
      h("p", {}, "Two runs with predictions of the same split are needed; the report callback saves them."),
    );
    return () => {};
  }
  const shown = {
    split: splits[0],
    pair: [0, 1],
    order: "name",
    values: "share",
    size: "fit",
    width: 0,
    isWhole: false,
  };
  const of = () => results.filter(({ split }) => split === shown.split);
  const holder = h("div", { class: "holder difference" });
  const readout = h("p", { class: "readout", role: "status" });
  const panel = h("div", { class: "panel changes" }), said = h("div", { "aria-live": "polite" });
  const selects = ["From run", "To run"].map((name, side) =>
    h("select", {
      "aria-label": name,
      onchange: ({ target }) => change("pair", shown.pair.with(side, Number(target.value))),
    })
  );
  const frame = h("div");
  const fill = () =>
    selects.forEach((select, side) =>
      select.replaceChildren(...options(of().map(({ run }, i) => [i, runs[run].name]), shown.pair[side]))
    );
  let difference;
  const compute = () => {
    const [before, after] = shown.pair.map((i) => of()[i]);
    const sides = [before, after].map(({ classes, cells }) => ({ classes: classLists[classes], cells }));
    difference = differenceOf(...sides);
    said.replaceChildren(...remarks(difference, [before, after].map(({ run }) => runs[run].name)));
    if (difference.classes.length === 0) return void frame.replaceChildren();
    frame.replaceChildren(gridFrame(difference.classes.length, holder, readout, panel));
    panel.replaceChildren(...changesList(difference));
    readout.textContent = "";
  };
  const draw = () => {
    if (difference.classes.length > 0) drawDifference({ difference, shown, holder, readout });
  };
  const change = (key, value) => {
    shown[key] = value;
    if (key === "split") shown.pair = [0, 1];
    if (key === "split") fill();
    if (key === "split" || key === "pair") compute();
    draw();
  };
  const onchange = (key) => (value) => change(key, value);
  place.append(
    h("div", { class: "pair" }, h("label", {}, "From ", selects[0]), h("label", {}, "to ", selects[1])),
    h(
      "div",
      { class: "controls" },
      splits.length > 1
        ? choice(
          "Split",
          "compared-split",
          splits.map((split) => [split, SPLITS[split]]),
          shown.split,
          onchange("split"),
        )
        : [],
      choice(
        "Order",
        "compared-order",
        [["name", "name"], ["change", "change"]],
        shown.order,
        onchange("order"),
      ),
      choice(
        "Numbers",
        "compared-values",
        [["share", "points of the true class"], ["count", "counts"]],
        shown.values,
        onchange("values"),
      ),
      sizeChoice("compared-size", onchange("size")),
    ),
    said,
    frame,
  );
  fill();
  compute();
  return (width) => {
    const available = width ?? (holder.parentElement?.clientWidth || place.clientWidth);
    if (available === shown.width) return;
    Object.assign(shown, { width: available, isWhole: width !== undefined });
    draw();
  };
}

/**
 * Two results over the classes that both have: [classes, classes] samples of each cell, the samples of each true class,
 * and what is left out because only one side has the class.
 */
export function differenceOf(before, after) {
  const classes = before.classes.filter((name) => after.classes.includes(name));
  const places = new Map(classes.map((name, i) => [name, i])), count = classes.length;
  const counted = ({ classes, cells }) => {
    const counts = new Float64Array(count * count), support = new Float64Array(count);
    let left = 0;
    for (const [truth, predicted, samples] of cells) {
      const row = places.get(classes[truth]), column = places.get(classes[predicted]);
      if (row !== undefined) support[row] += samples;
      if (row === undefined || column === undefined) left += samples;
      else counts[row * count + column] += samples;
    }
    return { counts, support, left, only: classes.filter((name) => !places.has(name)) };
  };
  return { classes, before: counted(before), after: counted(after) };
}

/** The change of a cell: in shares of the true class, or in samples. */
export function changeOf({ classes, before, after }, truth, predicted, values) {
  const i = truth * classes.length + predicted;
  if (values === "count") return after.counts[i] - before.counts[i];
  return shareOf(after, truth, i) - shareOf(before, truth, i);
}

function shareOf({ counts, support }, truth, i) {
  return support[truth] === 0 ? 0 : counts[i] / support[truth];
}

/** What is to be known before the matrix is read. */
function remarks({ classes, before, after }, names) {
  const right = ({ counts, support }) => {
    const hits = classes.reduce((sum, _, i) => sum + counts[i * classes.length + i], 0);
    return hits / support.reduce((sum, samples) => sum + samples, 0);
  };
  const lines = [];
  if (classes.length === 0) lines.push("The two runs have no class in common.");
  else lines.push(`Right: ${percent(right(before))} before, ${percent(right(after))} after.`);
  [before, after].forEach(({ only, left }, side) => {
    if (only.length === 0) return;
    const more = only.length > NAMES ? `, and ${only.length - NAMES} more` : "";
    const out = left > 0 ? ` (${left} image${left === 1 ? "" : "s"} of it or predicted as it left out)` : "";
    lines.push(`Classes of ${names[side]} only: ${only.slice(0, NAMES).join(", ")}${more}${out}.`);
  });
  const isSame = before.support.every((samples, i) => samples === after.support[i]);
  if (!isSame) lines.push("The two were tested on different images: compare points, not counts.");
  return lines.map((line) => h("p", { class: "said" }, line));
}

function drawDifference({ difference, shown, holder, readout }) {
  const { classes } = difference, { values, order, size, width, isWhole } = shown;
  const places = [...classes.keys()];
  const change = (truth, predicted) => changeOf(difference, truth, predicted, values);
  const amount = places.map((truth) => places.reduce((sum, to) => sum + Math.abs(change(truth, to)), 0));
  const most = places.reduce(
    (most, truth) => places.reduce((most, to) => Math.max(most, Math.abs(change(truth, to))), most),
    Number.MIN_VALUE,
  );
  showGrid(holder, readout, {
    classes,
    order: order === "change" ? places.toSorted((a, b) => amount[b] - amount[a]) : places,
    size,
    width,
    isWhole,
    label: "Difference of confusion matrices, rows are true classes",
    paint(element, truth, predicted, side) {
      const by = change(truth, predicted);
      if (by === 0) return;
      const strength = Math.sqrt(Math.abs(by) / most), isStrong = strength > STRONG;
      const depth = !hasNumber(side)
        ? Math.max(PALEST, strength)
        : isStrong
        ? 1
        : PALEST + PALE * strength / STRONG;
      element.style.setProperty("--depth", `${Math.round(100 * depth)}%`);
      element.classList.add(by > 0 ? "more" : "fewer");
      element.classList.toggle("strong", isStrong);
      if (hasNumber(side)) element.textContent = signed(values === "count" ? by : Math.round(100 * by));
    },
    sentence: (truth, predicted) => changeSentence(difference, truth, predicted),
  });
  holder.append(
    h(
      "p",
      { class: "axis-note" },
      "Blue and +: more than before. Orange and \u2212",
      " (hollow where cells are small): fewer. On the diagonal more is better, elsewhere it is worse.",
    ),
  );
}

/** With a sign, also where the number rounds to 0. */
function signed(value) {
  const sign = value > 0 ? "+" : value < 0 ? "\u2212" : "\u00b1";
  return `${sign}${Math.abs(value)}`;
}

function changeSentence(difference, truth, predicted) {
  const { classes, before, after } = difference, i = truth * classes.length + predicted;
  const side = ({ counts, support }) => `${counts[i]} of ${support[truth]}`;
  const points = 100 * changeOf(difference, truth, predicted, "share");
  const change = points === 0 ? "no change" : `${signed(+points.toFixed(1))} points`;
  return `True ${classes[truth]} predicted as ${classes[predicted]}: ${side(before)} before, ${
    side(after)
  } after, ${change}`;
}

/** The cells that changed most, in samples. */
function changesList(difference) {
  const { classes, before, after } = difference, count = classes.length;
  const changed = [...before.counts.keys()].filter((i) => before.counts[i] !== after.counts[i]);
  const by = (i) => after.counts[i] - before.counts[i];
  changed.sort((a, b) => Math.abs(by(b)) - Math.abs(by(a)));
  const heading = h("h3", {}, "Largest changes");
  if (changed.length === 0) {
    return [heading, h("p", {}, "None: both predicted the same number in every cell.")];
  }
  const head = ["True and predicted", "Images", "Change"].map((name) => h("th", { scope: "col" }, name));
  const rows = changed.slice(0, LISTED).map((i) => {
    const truth = Math.floor(i / count), predicted = i % count;
    const kind = (truth === predicted) === by(i) > 0 ? "better" : "worse";
    const cell = truth === predicted
      ? [classes[truth], ", right"]
      : [classes[truth], " as ", classes[predicted]];
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, cell),
      h("td", { class: "number" }, `${before.counts[i]} \u2192 ${after.counts[i]}`),
      h("td", { class: `number ${kind}` }, `${signed(by(i))} ${kind}`),
    );
  });
  const more = changed.length > LISTED
    ? [h("p", { class: "hint" }, `and ${changed.length - LISTED} more`)]
    : [];
  return [
    heading,
    h("table", { class: "change-list" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)),
    ...more,
  ];
}
