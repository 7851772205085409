/** Loss and right answers by step, drawn by uPlot, which is loaded by then. */
import type uPlot from "uplot/dist/uPlot.d.ts";
import { useEffect, useRef } from "preact/hooks";
import { part } from "../../protocol/part.ts";
import type { Run } from "../../state/learning.ts";
import { showFault } from "../../state/session.ts";
import { isDark } from "../is_dark.ts";

/** The two plots; the figures above them say the same in text. A batch by heart is not validated. */
export function Curves({ run: { kind, steps, valids } }: { run: Run }) {
  const at = steps.map(({ step }) => step), validAt = new Map(valids.map((valid) => [valid.step, valid]));
  const dataOf = (of: "loss" | "top1", scale: number): Data => {
    const valid = at.map((step) => validAt.has(step) ? scale * validAt.get(step)![of] : null);
    return [at, steps.map((step) => scale * step[of]), ...(kind === "training" ? [valid] : [])];
  };
  return (
    <div key={`${kind} ${isDark.value}`} class="curves">
      <Plot title="Loss" top={undefined} data={dataOf("loss", 1)} />
      <Plot title="Right answers, %" top={100} data={dataOf("top1", 100)} />
    </div>
  );
}

/** Steps, and for each a value of train, and one of validation where there is any. */
type Data = [number[], ...(number | null)[][]];

/** A plot from 0 to `top`, or to the largest value. */
function Plot({ title, top, data }: { title: string; top: number | undefined; data: Data }) {
  const frame = useRef<HTMLDivElement>(null), plot = useRef<uPlot | undefined>(undefined);
  useEffect(() => {
    let isGone = false;
    const observer = new ResizeObserver(([{ contentRect }]) =>
      plot.current?.setSize({ width: contentRect.width, height: HEIGHT })
    );
    part(import("uplot/dist/uPlot.esm.js")).then(({ default: Plot }) => {
      if (isGone || frame.current === null) return;
      plot.current = new Plot(
        optionsOf(title, top, data.length, frame.current),
        data,
        frame.current,
      );
      observer.observe(frame.current);
    }).catch(showFault);
    return () => {
      isGone = true;
      observer.disconnect();
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(data), [
    data[0].length,
    data[2]?.filter((one) => one !== null).length,
  ]);
  return <div ref={frame} class="curve" role="img" aria-label={`${title} by step`} />;
}

const HEIGHT = 220;

/** Steps are whole. */
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

function optionsOf(title: string, top: number | undefined, count: number, frame: HTMLElement): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color("--soft"),
    grid: { stroke: color("--line") },
    ticks: { stroke: color("--line") },
  };
  return {
    title,
    width: frame.clientWidth,
    height: HEIGHT,
    legend: { show: count > 2, live: false },
    cursor: { show: false },
    scales: {
      x: { time: false },
      y: { range: (_plot: uPlot, _least: number, most: number) => [0, top ?? (most || 1) * 1.05] },
    },
    axes: [{ ...axis, incrs: WHOLE }, axis],
    series: [
      { label: "step" },
      { label: "train", stroke: color("--line-1"), width: 2 },
      {
        label: "validation",
        stroke: color("--line-2"),
        width: 2,
        dash: [6, 4],
        spanGaps: true,
        points: { show: true },
      },
    ].slice(0, count),
  };
}
