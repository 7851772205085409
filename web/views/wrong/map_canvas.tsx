/** The map itself: points, of which some are chosen by drawing around them, and the image under the pointer. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { counted } from "../../../src/data/words.ts";
import type { Known } from "../../state/survey.ts";
import { Picture } from "../images/picture.tsx";
import { isDark } from "../is_dark.ts";
import {
  type Coloring,
  drawMap,
  groupsOf,
  HEIGHT,
  type Outline,
  type Place,
  type Points,
  principal,
  rowNear,
  rowsIn,
  spread,
} from "./map_points.ts";

/** Pixels of a step by keyboard, and with shift. */
const STEP = 6, STRIDE = 36;
const STEPS: Readonly<Record<string, Place>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

interface Props {
  readonly known: Known;
  /** Of every so-manieth image; undefined: the principal ones. */
  readonly coordinates: Float32Array | undefined;
  readonly coloring: Coloring;
  readonly tool: Outline["kind"];
  readonly choose: (rows: readonly number[]) => void;
}

/** The map; `choose` gets the rows of the points that are drawn around. */
export function MapCanvas({ known, coordinates, coloring, tool, choose }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null), width = useSignal(0);
  const outline = useSignal<Outline | undefined>(undefined), isDrawing = useSignal(false);
  const cross = useSignal<Place | undefined>(undefined), near = useSignal<number | undefined>(undefined);
  const points = usePoints(canvas, width, known, coordinates);
  const groupOf = useMemo(() => groupsOf(known, coloring).of, [known, coloring]);
  useEffect(() => {
    const marks = { isDark: isDark.value, outline: outline.value, cross: cross.value };
    if (width.value > 0) drawMap(canvas.current!, points, groupOf, marks);
  }, [points, groupOf, outline.value, cross.value, isDark.value]);
  const { begin, draw, end, giveUp } = drawingOf(outline, isDrawing, (one) => choose(rowsIn(points, one)));
  useEffect(giveUp, [points]); // it is around other points now
  const onKey = (event: KeyboardEvent) => {
    const by = STEPS[event.key], from = cross.value ?? { x: width.value / 2, y: HEIGHT / 2 };
    if (by !== undefined) {
      cross.value = stepped(from, by, event.shiftKey ? STRIDE : STEP, width.value);
      if (isDrawing.value) draw(cross.value);
      near.value = rowNear(points, cross.value.x, cross.value.y);
    } else if (event.key === "Enter" || event.key === " ") {
      cross.value = from;
      if (isDrawing.value) end();
      else begin("frame", from);
    } else if (event.key === "Escape") giveUp();
    else return;
    event.preventDefault();
  };
  const at = ({ offsetX, offsetY }: PointerEvent) => ({ x: offsetX, y: offsetY });
  return (
    <div class="map-frame">
      <canvas
        ref={canvas}
        class="map"
        role="application"
        tabIndex={0}
        aria-label={`Map of ${counted(points.rows.length, "image")}`}
        onKeyDown={onKey}
        onBlur={() => {
          cross.value = undefined;
          if (isDrawing.value) giveUp();
        }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          near.value = undefined; // its image is in the way
          begin(tool, at(event));
        }}
        onPointerMove={(event) => {
          if (isDrawing.value) draw(at(event));
          else near.value = rowNear(points, event.offsetX, event.offsetY);
        }}
        onPointerLeave={() => near.value = undefined}
        onPointerUp={() => isDrawing.value && end()}
        onPointerCancel={giveUp}
      />
      {near.value !== undefined && <Near known={known} row={near.value} />}
    </div>
  );
}

/** The points, spread over the width that the map has. */
function usePoints(
  canvas: { readonly current: HTMLCanvasElement | null },
  width: Signal<number>,
  known: Known,
  coordinates: Float32Array | undefined,
): Points {
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => width.value = contentRect.width);
    observer.observe(canvas.current!);
    return () => observer.disconnect();
  }, []);
  return useMemo(
    () => spread(known, coordinates ?? principal(known), width.value),
    [known, coordinates, width.value],
  );
}

/** What is done with an outline as it is drawn; `choose` gets it once it is whole. */
function drawingOf(
  outline: Signal<Outline | undefined>,
  isDrawing: Signal<boolean>,
  choose: (outline: Outline) => void,
) {
  return {
    begin(kind: Outline["kind"], place: Place) {
      isDrawing.value = true;
      outline.value = { kind, places: [place] };
    },
    draw(place: Place) {
      const { kind, places } = outline.value!;
      outline.value = { kind, places: kind === "frame" ? [places[0], place] : [...places, place] };
    },
    end() {
      isDrawing.value = false;
      choose(outline.value!);
    },
    giveUp() {
      isDrawing.value = false;
      outline.value = undefined;
    },
  };
}

/** A place so many pixels further, on the map. */
function stepped({ x, y }: Place, by: Place, step: number, width: number): Place {
  const within = (value: number, most: number) => Math.max(0, Math.min(most, value));
  return { x: within(x + step * by.x, width), y: within(y + step * by.y, HEIGHT) };
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
