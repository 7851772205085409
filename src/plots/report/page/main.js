/** Builds the page from its JSON island. */
import { buildCharts } from "./charts.js";
import { debounced, find, fixed, percent } from "./dom.js";
import { confusionMatrix } from "./matrix.js";
import { onLayout } from "./paper.js";
import { gallery } from "./pictures.js";
import { sortableTable } from "./tables.js";

/** Mistakes shown before the button that shows the rest. */
const MISTAKES = 24;

const report = JSON.parse(find("#report").textContent);
const { classes } = report;
let layMatrix = () => {};

function showResult(split) {
  const result = report.results.find((one) => one.split === split);
  layMatrix = confusionMatrix(find("#confusion .matrix"), classes, result);
  layMatrix();
  find("#classes .class-table").replaceChildren(classTable(result));
  const byIndex = new Map(result.pictures.map((picture) => [picture.index, picture]));
  const mistakes = result.pictures.filter(({ truth, predicted }) => truth !== predicted)
    .sort((a, b) => b.confidence - a.confidence);
  const wrong = result.cells.reduce((sum, [t, p, n]) => sum + (t === p ? 0 : n), 0);
  const said = wrong === 0 ? "There are none." : mistakes.length === 0 ? "Their images were not kept." : "";
  find("#mistakes .gallery").replaceChildren(said || gallery(mistakes, classes, MISTAKES));
  const spread = result.spread.flatMap((index) => byIndex.get(index) ?? []);
  find("#samples .gallery").replaceChildren(
    spread.length === 0 ? "Their images were not kept." : gallery(spread, classes),
  );
}

/** One row for each class: its samples, its results, and its most frequent wrong prediction. */
function classTable({ classes: results, cells }) {
  const worst = new Map();
  for (const [truth, predicted, count] of cells) {
    if (truth !== predicted && count > (worst.get(truth)?.count ?? 0)) worst.set(truth, { predicted, count });
  }
  const number = (name, key, text, isBar = false) => ({
    name,
    number: true,
    value: (i) => results[i][key],
    text: (i) => text(results[i][key]),
    bar: isBar ? (i) => results[i][key] : undefined,
  });
  const taken = (i) => worst.get(i);
  return sortableTable(
    [
      { name: "Class", value: (i) => classes[i], text: (i) => classes[i] },
      number("Support", "support", String),
      number("Accuracy", "accuracy", percent, true),
      number("Precision", "precision", percent),
      number("F1", "f1", (value) => fixed(value, 3), true),
      number("AUROC", "auroc", (value) => fixed(value, 4)),
      {
        name: "Most often confused with",
        value: (i) => taken(i)?.count ?? null,
        text: (i) => taken(i) ? `${classes[taken(i).predicted]} (${taken(i).count})` : "",
      },
    ],
    classes.map((_, i) => i),
    (i) => classes[i],
  );
}

/** From which confidence on each class is precise, and what that leaves. */
function thresholdTable(thresholds) {
  const number = (name, key, text) => ({
    name,
    number: true,
    value: (i) => thresholds[i][key],
    text: (i) => thresholds[i][key] === null ? "\u2013" : text(thresholds[i][key]),
  });
  return sortableTable(
    [
      { name: "Class", value: (i) => classes[i], text: (i) => classes[i] },
      {
        ...number("Threshold", "threshold", percent),
        text: (i) => thresholds[i].threshold === null ? "none" : percent(thresholds[i].threshold),
      },
      number("Precision", "precision", percent),
      { ...number("Recall left", "recall", percent), bar: (i) => thresholds[i].recall },
      number("Answers", "answers", String),
    ],
    classes.map((_, i) => i),
    (i) => classes[i],
  );
}

/** Count and share of each class in each split. */
function countTable(splits) {
  const columns = splits.flatMap(({ name, counts }) => {
    const total = counts.reduce((sum, count) => sum + count, 0), most = Math.max(...counts, 1);
    return [
      {
        name,
        number: true,
        value: (i) => counts[i],
        text: (i) => String(counts[i]),
        bar: (i) => counts[i] / most,
      },
      {
        name: "share",
        number: true,
        value: (i) => counts[i],
        text: (i) => total > 0 ? percent(counts[i] / total) : "\u2013",
      },
    ];
  });
  const name = { name: "Class", value: (i) => classes[i], text: (i) => classes[i] };
  return sortableTable([name, ...columns], classes.map((_, i) => i), (i) => classes[i]);
}

/** Hides the keys that do not contain the search text, and opens the groups of those that do. */
function searchConfig() {
  const wanted = find("#config-search").value.trim().toLowerCase();
  let count = 0;
  for (const group of document.querySelectorAll("#config details")) {
    let found = 0;
    for (const row of group.querySelectorAll("tr")) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      if (!row.hidden) found++;
    }
    group.hidden = found === 0;
    if (wanted !== "") group.open = found > 0;
    count += found;
  }
  find("#config-count").textContent = wanted === "" ? "" : `${count} key${count === 1 ? "" : "s"}`;
}

if (report.results.length > 0) {
  for (const radio of document.querySelectorAll("input[name=split]")) {
    radio.addEventListener("change", () => showResult(radio.value));
  }
  showResult(report.results.at(-1).split);
}
if (report.thresholds.length > 0) {
  find("#confidence .threshold-table").replaceChildren(thresholdTable(report.thresholds));
}
if (report.splits.length > 0) find("#data .count-table").replaceChildren(countTable(report.splits));
const layCharts = report.curves.length > 0 ? buildCharts(find("#curves .charts"), report.curves) : () => {};
find("#config-search").addEventListener("input", debounced(searchConfig, 60));

onLayout((paper) => {
  layMatrix(paper);
  layCharts(paper && paper / 2 - 12);
});
