/**
 * Curves over epochs, drawn by uPlot: drag to zoom, double-click to reset; keys and buttons do the same. The axis begins
 * at -1, where epoch 0 begins, and has no label there.
 */
import uPlot from "uplot/dist/uPlot.esm.js";
import { find, h } from "./dom.js";

const HEIGHT = 260;
/** Lengths of lines and gaps in pixels. */
const DASHES = [undefined, [7, 4], [2, 3]];
/** Distances between the ticks of the axis of epochs. */
const EPOCHS = [1, 2, 5].flatMap((first) => [0, 1, 2, 3, 4, 5].map((power) => first * 10 ** power)).sort((
  a,
  b,
) => a - b);

/** Builds all charts in `place`. @returns a function that redraws them in a given width, or in the available one */
export function buildCharts(place, curves) {
  const ends = endsOf(curves);
  const charts = curves.map((curve) => chart(place, curve, ends));
  const drawAll = (width) => charts.forEach(({ draw }) => draw(width)); // once all are in place
  drawAll();
  return drawAll;
}

/** Where the axis of epochs begins and ends, the same for all charts. */
export function endsOf(curves) {
  const places = curves.flatMap(({ series }) => series.flatMap(({ x }) => x));
  return [-1, places.reduce((most, place) => Math.max(most, place), 0)];
}

/**
 * A chart at the end of `place`, which is to be drawn once it is in the page. Without `legend`, `onFocus` gets the
 * position of the series next to the pointer and the value there.
 * @returns `draw(width)`; `set(curve)`, which shows another one in the same range; and `focus(i)`, which dims all series
 * but one, or none for -1
 */
export function chart(place, curve, ends, { legend = true, height = HEIGHT, onFocus } = {}) {
  const state = { curve, log: false, plot: undefined, range: ends };
  const holder = h("div", { class: "plot", tabindex: "0", role: "group" });
  const reset = h("button", { type: "button", class: "reset", hidden: true }, "Reset zoom");
  const log = h("input", { type: "checkbox" });
  const title = h("span"), ofLog = h("label", {}, log, " log");
  place.append(
    h("div", { class: "chart" }, h("h3", {}, title, h("span", { class: "tools" }, reset, ofLog)), holder),
  );
  const zoom = (min, max) => state.plot.setScale("x", { min, max });
  const draw = (asked) => {
    const { curve, range } = state;
    state.plot?.destroy();
    const width = asked ?? Math.max(220, holder.clientWidth);
    const marks = (plot) => {
      const { min, max } = plot.scales.x;
      reset.hidden = min === ends[0] && max === ends[1];
      holder.dataset.range = `${min} ${max}`;
      state.range = [min, max];
    };
    const x = [...new Set(curve.series.flatMap((series) => series.x))].sort((a, b) => a - b);
    const data = [x, ...curve.series.map((series) => aligned(x, series))];
    const options = {
      ...optionsOf(curve, state.log && curve.log, width, [x[0], x.at(-1)], ends, marks),
      height,
      legend: { show: legend },
    };
    if (onFocus) followNearest(options, onFocus);
    state.plot = new uPlot(options, data, holder);
    zoom(...range);
  };
  const name = () => {
    title.textContent = state.curve.title;
    holder.setAttribute("aria-label", `${state.curve.title}, chart`);
    ofLog.hidden = !state.curve.log;
  };
  name();
  log.addEventListener("change", () => {
    state.log = log.checked;
    draw();
  });
  reset.addEventListener("click", () => {
    zoom(...ends);
    holder.focus();
  });
  holder.addEventListener("keydown", (event) => {
    const { min, max } = state.plot.scales.x, width = max - min;
    const moves = {
      "+": [min + width / 4, max - width / 4],
      "-": [min - width / 2, max + width / 2],
      ArrowLeft: [min - width / 4, max - width / 4],
      ArrowRight: [min + width / 4, max + width / 4],
      0: ends,
    };
    const move = moves[event.key === "=" ? "+" : event.key];
    if (!move || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const [from, to] = move, length = Math.min(to - from, ends[1] - ends[0]);
    const start = Math.min(Math.max(from, ends[0]), ends[1] - length);
    zoom(start, start + length);
  });
  const set = (curve) => {
    state.curve = curve;
    name();
    draw();
  };
  const focus = (i) => state.plot.setSeries(i < 0 ? null : i + 1, { focus: true });
  return { draw, set, focus };
}

/** Dims all series but the one next to the pointer, and passes on which one that is. */
function followNearest(options, onFocus) {
  options.focus = { alpha: .25 };
  options.cursor.focus = { prox: 24 };
  let nearest;
  const tell = ({ cursor: { idx }, data }) =>
    onFocus(
      nearest === undefined || idx === null || idx === undefined
        ? undefined
        : { series: nearest - 1, x: data[0][idx], y: data[nearest][idx] },
    );
  options.hooks.setSeries = [(plot, series, { focus }) => {
    if (focus === undefined) return;
    nearest = series ?? undefined;
    tell(plot);
  }];
  options.hooks.setCursor = [tell];
}

/** A series' values at the positions of all series together; null where it has none. */
function aligned(places, { x, y }) {
  const values = new Map(x.map((place, i) => [place, y[i]]));
  return places.map((place) => values.get(place) ?? null);
}

/** The colour of a line, and how it is dashed: ten colours, each in three ways. */
export function strokeOf(i) {
  return { colour: `--line-${i % 10 + 1}`, dash: DASHES[Math.floor(i / 10) % DASHES.length] };
}

function optionsOf(curve, log, width, places, ends, onScale) {
  const style = getComputedStyle(find(":root"));
  const colour = (name) => style.getPropertyValue(name).trim();
  const text = (value) => value === null || value === undefined ? "\u2013" : formatted(curve.unit, value);
  const hasRight = curve.series.some(({ right }) => right);
  const axis = {
    stroke: colour("--soft"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1 },
    font: "12px system-ui, sans-serif",
  };
  return {
    width,
    height: HEIGHT,
    padding: [10, hasRight ? 6 : 14, 0, 0],
    cursor: { drag: { x: true, y: false, dist: 6 }, points: { size: 6 } },
    scales: {
      // By default uPlot shows the range from first to last position, also after a double click.
      x: { time: false, range: (_, min, max) => min === places[0] && max === places[1] ? ends : [min, max] },
      y: log ? { distr: 3 } : { range: (_, min, max) => rangeOf(curve.unit, min, max) },
      ...(hasRight ? { right: { range: () => [0, 100] } } : {}),
    },
    axes: [
      {
        ...axis,
        size: 32,
        incrs: EPOCHS,
        values: (_, ticks) => ticks.map((tick) => tick < 0 ? "" : String(tick)),
      },
      {
        ...axis,
        size: 62,
        values: (_, ticks) =>
          ticks.map((tick) => tick === null ? "" : short(tick) + (curve.unit === "%" ? " %" : "")),
      },
      ...(hasRight
        ? [{
          ...axis,
          scale: "right",
          side: 1,
          size: 58,
          grid: { show: false },
          values: (_, ticks) => ticks.map((tick) => `${tick} %`),
        }]
        : []),
    ],
    series: [
      { label: "epoch", value: (_, value) => value === null ? "\u2013" : String(+value.toFixed(2)) },
      ...curve.series.map((series, i) => ({
        label: series.label,
        scale: series.right ? "right" : "y",
        ...lineOf(series, colour, strokeOf(series.stroke ?? i)),
        spanGaps: true,
        value: (_, value) =>
          series.right && value !== null && value !== undefined ? `${value.toFixed(1)} %` : text(value),
      })),
    ],
    hooks: { setScale: [(plot, key) => key === "x" && onScale(plot)] },
  };
}

function lineOf(series, colour, stroke) {
  return {
    stroke: colour(stroke.colour),
    dash: stroke.dash,
    width: series.dots ? 2 : 1,
    points: { show: hasDots(series), size: 5, fill: colour(stroke.colour) },
  };
}

/** Dots beside the line, if they are few; a single place has no line. */
function hasDots({ dots, x }) {
  return new Set(x).size === 1 || dots && x.length <= 60;
}

/** Percentages use the whole height, others a small margin. */
function rangeOf(unit, min, max) {
  if (unit === "%") return [0, 100];
  if (min === null || max === null) return [0, 1];
  const low = unit === "images/s" || min > 0 && min < .3 * max ? 0 : min,
    room = (max - low) * .06 || max * .1 || 1;
  return [low === 0 ? 0 : low - room, max + room];
}

/** A tick's value, exact to four digits: neighbours such as 1.5e-4 and 2e-4 stay apart. */
export function short(value) {
  if (value !== 0 && Math.abs(value) < .001) return (+value.toPrecision(4)).toExponential();
  return Math.abs(value) >= 10_000 ? `${+(value / 1000).toFixed(1)}k` : String(+value.toPrecision(4));
}

/** A value as text. */
export function formatted(unit, value) {
  if (unit === "%") return `${value.toFixed(2)} %`;
  return unit === "images/s" ? value.toFixed(0) : value.toPrecision(4);
}
