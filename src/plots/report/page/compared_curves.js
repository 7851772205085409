/** The curves of several runs over each other: one chart, whose metric is chosen, with a legend that hides runs. */
import { chart, endsOf, formatted } from "./charts.js";
import { swatch } from "./compared_runs.js";
import { h, options } from "./dom.js";

/** Height of the chart in pixels. */
const TALL = 380;

/** Builds the chart in `place`. @returns a function that lays it out in a given width */
export function buildComparedCurves(place, { runs, curves }) {
  const hidden = new Set(), ends = endsOf(curves);
  let at = 0;
  const ofRun = (series) => Number(series.label);
  const shown = () => {
    const series = curves[at].series.filter((one) => !hidden.has(ofRun(one)));
    return { ...curves[at], series: series.map((one) => ({ ...one, stroke: ofRun(one) })) };
  };
  const placeOf = (run) => shown().series.findIndex((series) => ofRun(series) === run);
  const readout = h("p", { class: "readout", role: "status" });
  const onFocus = (near) => {
    if (near === undefined || near.y === null) return void (readout.textContent = "");
    const { name } = runs[ofRun(shown().series[near.series])];
    readout.textContent = `${name}: epoch ${+near.x.toFixed(2)}, ${formatted(curves[at].unit, near.y)}`;
  };
  const metric = h(
    "select",
    { onchange: ({ target }) => change(() => at = Number(target.value)) },
    options(curves.map(({ title }, i) => [i, title]), 0),
  );
  const boxes = runs.map((_, i) =>
    h("input", {
      type: "checkbox",
      checked: true,
      onchange: ({ target }) => change(() => target.checked ? hidden.delete(i) : hidden.add(i)),
    })
  );
  const labels = runs.map(({ name }, i) =>
    h(
      "label",
      { title: name, onmouseenter: () => focus(placeOf(i)), onmouseleave: () => focus(-1) },
      boxes[i],
      swatch(i),
      h("span", { class: "name" }, name),
    )
  );
  const all = (isShown) => () =>
    change(() =>
      boxes.forEach((box, i) => {
        box.checked = isShown;
        if (isShown) hidden.delete(i);
        else hidden.add(i);
      })
    );
  const button = (text, action) => h("button", { type: "button", onclick: action }, text);
  const change = (action) => {
    action();
    const known = new Set(curves[at].series.map(ofRun));
    labels.forEach((label, i) => label.classList.toggle("absent", !known.has(i)));
    readout.textContent = "";
    set(shown());
  };
  const charts = h("div", { class: "one-chart" });
  place.append(
    h("div", { class: "controls" }, h("label", {}, "Metric ", metric)),
    charts,
    readout,
    h(
      "fieldset",
      { class: "runs" },
      h("legend", {}, "Runs"),
      button("All", all(true)),
      button("None", all(false)),
      h("div", { class: "run-list" }, labels),
    ),
  );
  const { draw, set, focus } = chart(charts, shown(), ends, { legend: false, height: TALL, onFocus });
  change(() => {});
  return draw;
}
