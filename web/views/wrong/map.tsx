/** All images as points: near each other where the network sees them as alike. What is drawn around is looked at. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { amount, counted } from "../../../src/data/words.ts";
import type { Amount } from "../../protocol/calls.ts";
import { engine } from "../../state/engine.ts";
import { showFault } from "../../state/session.ts";
import type { Known } from "../../state/survey.ts";
import { isDark } from "../is_dark.ts";
import { Gallery } from "./gallery.tsx";
import { MapCanvas } from "./map_canvas.tsx";
import { type Coloring, COLORINGS, drawPoint, everyOf, groupsOf, type Outline } from "./map_points.ts";

/** The section. */
export function EmbeddingMap({ known }: { known: Known }) {
  const coloring = useSignal<Coloring>("label"), umap = useSignal<Float32Array | undefined>(undefined);
  const tool = useSignal<Outline["kind"]>("frame"), chosen = useSignal<readonly number[]>([]);
  const [first, second] = known.explained.map((share) => Math.round(100 * share));
  return (
    <section aria-labelledby="map-title">
      <h2 id="map-title">What it sees as alike</h2>
      <p>
        {umap.value === undefined
          ? `Each point is an image, placed by the two directions in which what the network sees varies most (${first} and ${second} % of the variance).`
          : "Each point is an image, placed near those that the network sees as most alike (UMAP); distances between groups mean little."}
        {" "}
        Draw around points to see their images. By keyboard, arrows move a cross, and Enter sets two corners
        of a frame.
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
        <label>
          Draw{" "}
          <select
            value={tool.value}
            onChange={({ currentTarget }) => tool.value = currentTarget.value as Outline["kind"]}
          >
            <option value="frame">a frame</option>
            <option value="lasso">a lasso</option>
          </select>
        </label>
        <Arrangement known={known} found={umap.value} onFound={(places) => umap.value = places} />
      </div>
      <MapCanvas
        known={known}
        coordinates={umap.value}
        coloring={coloring.value}
        tool={tool.value}
        choose={(rows) => chosen.value = rows}
      />
      <Legend known={known} coloring={coloring.value} />
      {chosen.value.length > 0 && (
        <>
          <h3>{counted(chosen.value.length, "image")} chosen</h3>
          <Gallery known={known} title="chosen on the map" rows={chosen.value} />
        </>
      )}
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
          {now.total === 0 ? "Finding neighbours…" : `${amount(now.done)} of ${amount(now.total)} rounds`}
        </span>
      )}
    </>
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
      {names.length > NAMED && (
        <li>and {amount(names.length - NAMED)} more; the pointer shows which is which</li>
      )}
    </ul>
  );
}

function Mark({ group }: { group: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    context.clearRect(0, 0, 12, 12);
    drawPoint(context, { x: 6, y: 6 }, group, isDark.value);
  }, [group, isDark.value]);
  return <canvas ref={canvas} width={12} height={12} aria-hidden="true" />;
}
