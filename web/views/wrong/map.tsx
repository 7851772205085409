/** All images as points: near each other where the network sees them as alike. Points that are framed are looked at. */
import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Amount } from "../../protocol/calls.ts";
import { engine } from "../../state/engine.ts";
import { showFault } from "../../state/session.ts";
import type { Known } from "../../state/survey.ts";
import { Picture } from "../images/picture.tsx";
import {
  type Coloring,
  COLORINGS,
  drawMap,
  drawPoint,
  everyOf,
  type Frame,
  groupsOf,
  principal,
  rowNear,
  rowsIn,
  spread,
} from "./map_points.ts";

interface Props {
  readonly known: Known;
  readonly choose: (title: string, rows: readonly number[]) => void;
}

/** The section. */
export function EmbeddingMap({ known, choose }: Props) {
  const coloring = useSignal<Coloring>("label"), umap = useSignal<Float32Array | undefined>(undefined);
  const [first, second] = known.explained.map((share) => Math.round(100 * share));
  return (
    <section aria-labelledby="map-title">
      <h2 id="map-title">What it sees as alike</h2>
      <p>
        {umap.value === undefined
          ? `Each point is an image, placed by the two directions in which what the network sees varies most (${first} and ${second} % of the variance).`
          : "Each point is an image, placed near those that the network sees as most alike (UMAP); distances between groups mean little."}
        {" "}
        Draw a frame around points to see their images.
      </p>
      <div class="ways-in start">
        <label>
          Colour by{" "}
          <select
            value={coloring.value}
            onChange={({ currentTarget }) => coloring.value = currentTarget.value as Coloring}
          >
            {Object.entries(COLORINGS).map(([key, title]) => <option key={key} value={key}>{title}</option>)}
          </select>
        </label>
        <Arrangement known={known} found={umap.value} onFound={(places) => umap.value = places} />
      </div>
      <Canvas known={known} coordinates={umap.value} coloring={coloring.value} choose={choose} />
      <Legend known={known} coloring={coloring.value} />
    </section>
  );
}

/** By neighbourhoods, which takes a while, and back. */
function Arrangement({ known, found, onFound }: {
  known: Known;
  found: Float32Array | undefined;
  onFound: (places: Float32Array | undefined) => void;
}) {
  const doing = useSignal<Amount | undefined>(undefined);
  const arrange = async () => {
    doing.value = { done: 0, total: 0 };
    try {
      onFound(await engine("umap", { every: everyOf(known) }, { onProgress: (now) => doing.value = now }));
    } catch (error) {
      showFault(error);
    } finally {
      doing.value = undefined;
    }
  };
  if (found !== undefined) {
    return <button type="button" onClick={() => onFound(undefined)}>Arrange by principal components</button>;
  }
  const now = doing.value;
  return (
    <>
      <button type="button" disabled={now !== undefined} onClick={() => void arrange()}>
        Arrange by neighbourhood (UMAP)
      </button>
      {now !== undefined && (
        <span role="status">
          {now.total === 0 ? "Finding neighbours…" : `${now.done} of ${now.total} rounds`}
        </span>
      )}
    </>
  );
}

function Canvas({ known, coordinates, coloring, choose }: Props & {
  readonly coordinates: Float32Array | undefined;
  readonly coloring: Coloring;
}) {
  const canvas = useRef<HTMLCanvasElement>(null), width = useSignal(0);
  const frame = useSignal<Frame | undefined>(undefined), near = useSignal<number | undefined>(undefined);
  const points = useMemo(
    () => spread(known, coordinates ?? principal(known), width.value),
    [known, coordinates, width.value],
  );
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => width.value = contentRect.width);
    observer.observe(canvas.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (width.value > 0) drawMap(canvas.current!, points, groupsOf(known, coloring).of, frame.value);
  }, [points, coloring, frame.value]);
  const at = ({ offsetX, offsetY }: PointerEvent) => ({ x: offsetX, y: offsetY });
  return (
    <div class="map-frame">
      <canvas
        ref={canvas}
        class="map"
        role="img"
        aria-label={`Map of ${points.rows.length} images`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          frame.value = { from: at(event), to: at(event) };
        }}
        onPointerMove={(event) => {
          if (frame.value === undefined) near.value = rowNear(points, event.offsetX, event.offsetY);
          else frame.value = { ...frame.value, to: at(event) };
        }}
        onPointerLeave={() => near.value = undefined}
        onPointerUp={(event) => {
          if (frame.value === undefined) return;
          const framed = rowsIn(points, { ...frame.value, to: at(event) });
          frame.value = undefined;
          if (framed.length > 0) choose("Framed on the map", framed);
        }}
      />
      {near.value !== undefined && <Near known={known} row={near.value} />}
    </div>
  );
}

/** The image under the pointer. */
function Near(
  { known: { ids, classes, labels, predicted, confidence }, row }: { known: Known; row: number },
) {
  return (
    <div class="near" aria-hidden="true">
      {ids[row] >= 0 && <Picture id={ids[row]} side={96} alt="" />}
      <span>{classes[labels[row]]}</span>
      <small>seen as {classes[predicted[row]]}, {Math.round(100 * confidence[row])} %</small>
    </div>
  );
}

/** Groups that are named. */
const NAMED = 24;

function Legend({ known, coloring }: { known: Known; coloring: Coloring }) {
  const { names } = groupsOf(known, coloring);
  return (
    <ul class="legend">
      {names.slice(0, NAMED).map((name, group) => (
        <li key={name}>
          <Mark group={group} /> {name}
        </li>
      ))}
      {names.length > NAMED && <li>and {names.length - NAMED} more; the pointer shows which is which</li>}
    </ul>
  );
}

function Mark({ group }: { group: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => drawPoint(canvas.current!.getContext("2d")!, 6, 6, group), [group]);
  return <canvas ref={canvas} width={12} height={12} aria-hidden="true" />;
}
