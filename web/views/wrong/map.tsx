/** All images as points: near each other where the network sees them as alike. Points that are framed are looked at. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Known } from "../../state/survey.ts";

const COLORINGS = {
  label: "label",
  predicted: "prediction",
  split: "split",
  wrong: "right or wrong",
} as const;

type Coloring = keyof typeof COLORINGS;

const HEIGHT = 420, EDGE = 12;

/** The section. */
export function EmbeddingMap({ known, choose }: {
  known: Known;
  choose: (title: string, rows: readonly number[]) => void;
}) {
  const coloring = useSignal<Coloring>("label"), frame = useSignal<Frame | undefined>(undefined);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = () => canvas.current && drawMap(canvas.current, known, coloring.value, frame.value); // else it is gone
    const observer = new ResizeObserver(draw);
    observer.observe(canvas.current!);
    return () => observer.disconnect();
  }, [known, coloring.value, frame.value]);
  const at = ({ offsetX, offsetY }: PointerEvent) => ({ x: offsetX, y: offsetY });
  const [first, second] = known.explained.map((share) => Math.round(100 * share));
  return (
    <section aria-labelledby="map-title">
      <h2 id="map-title">What it sees as alike</h2>
      <p>
        Each point is an image, placed by the two directions in which what the network sees varies most
        ({first} and {second} % of the variance). Draw a frame around points to see their images.{" "}
        <label>
          Colour by{" "}
          <select
            value={coloring.value}
            onChange={({ currentTarget }) => coloring.value = currentTarget.value as Coloring}
          >
            {Object.entries(COLORINGS).map(([key, title]) => <option key={key} value={key}>{title}</option>)}
          </select>
        </label>
      </p>
      <canvas
        ref={canvas}
        class="map"
        role="img"
        aria-label={`Map of ${known.paths.length} images`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          frame.value = { from: at(event), to: at(event) };
        }}
        onPointerMove={(event) => {
          if (frame.value !== undefined && event.buttons > 0) frame.value = { ...frame.value, to: at(event) };
        }}
        onPointerUp={(event) => {
          const framed = rowsIn(known, { ...frame.value!, to: at(event) }, canvas.current!.clientWidth);
          frame.value = undefined;
          if (framed.length > 0) choose("Framed on the map", framed);
        }}
      />
    </section>
  );
}

/** Points that are drawn at most: of more images, every so-manieth. */
const POINTS = 4000;

function stepOf({ paths }: Known): number {
  return Math.max(1, Math.ceil(paths.length / POINTS));
}

/** Two opposite corners, in pixels. */
interface Frame {
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
}

/** Places of all points, in pixels: [N, 2]. */
function placed({ map }: Known, width: number): Float32Array {
  const least = [Infinity, Infinity], most = [-Infinity, -Infinity], sides = [width, HEIGHT];
  map.forEach((value, i) => {
    least[i % 2] = Math.min(least[i % 2], value);
    most[i % 2] = Math.max(most[i % 2], value);
  });
  return map.map((value, i) => {
    const share = (value - least[i % 2]) / (most[i % 2] - least[i % 2] || 1);
    return EDGE + share * (sides[i % 2] - 2 * EDGE);
  });
}

/** A press without a frame takes what is within so many pixels. */
const NEAR = 8;

function rowsIn(known: Known, { from, to }: Frame, width: number): number[] {
  const places = placed(known, width);
  const isPress = Math.abs(from.x - to.x) + Math.abs(from.y - to.y) < NEAR, more = isPress ? NEAR : 0;
  const within = (value: number, a: number, b: number) =>
    value >= Math.min(a, b) - more && value <= Math.max(a, b) + more;
  const step = stepOf(known);
  return [...known.paths.keys()].filter((row) =>
    row % step === 0 && within(places[2 * row], from.x, to.x) && within(places[2 * row + 1], from.y, to.y)
  );
}

function drawMap(
  canvas: HTMLCanvasElement,
  known: Known,
  coloring: Coloring,
  frame: Frame | undefined,
): void {
  const scale = devicePixelRatio, width = canvas.clientWidth, context = canvas.getContext("2d")!;
  if (canvas.width !== width * scale) canvas.width = width * scale;
  if (canvas.height !== HEIGHT * scale) canvas.height = HEIGHT * scale;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, HEIGHT);
  const places = placed(known, width), groupOf = groups(known, coloring);
  const step = stepOf(known);
  for (let row = 0; row < known.paths.length; row += step) {
    drawPoint(context, places[2 * row], places[2 * row + 1], groupOf(row));
  }
  if (frame === undefined) return;
  context.strokeStyle = getComputedStyle(canvas).color;
  context.strokeRect(frame.from.x, frame.from.y, frame.to.x - frame.from.x, frame.to.y - frame.from.y);
}

function groups({ labels, predicted, splits }: Known, coloring: Coloring): (row: number) => number {
  switch (coloring) {
    case "label":
      return (row) => labels[row];
    case "predicted":
      return (row) => predicted[row];
    case "split":
      return (row) => ["train", "valid", "test"].indexOf(splits[row]);
    case "wrong":
      return (row) => Number(labels[row] !== predicted[row]);
  }
}

/** Groups differ in colour and shape: a disc, a square, a triangle, in turn. */
function drawPoint(context: CanvasRenderingContext2D, x: number, y: number, group: number): void {
  const size = 3.2;
  context.fillStyle = `hsl(${(group * 137.5) % 360} 65% 50% / .8)`;
  context.beginPath();
  if (group % 3 === 0) context.arc(x, y, size, 0, 2 * Math.PI);
  else if (group % 3 === 1) context.rect(x - size, y - size, 2 * size, 2 * size);
  else {
    context.moveTo(x, y - size * 1.2);
    context.lineTo(x + size * 1.2, y + size);
    context.lineTo(x - size * 1.2, y + size);
  }
  context.fill();
}
