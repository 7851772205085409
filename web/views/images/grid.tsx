/** All listed images as a grid, of which only what is in view exists. */
import { counted } from "../../../src/data/words.ts";
import { useSignal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Row } from "../../protocol/calls.ts";
import { decisions } from "../../state/decisions.ts";
import { cursor, ids } from "../../state/gallery.ts";
import { call, verdict } from "../../state/session.ts";
import { Picture } from "./picture.tsx";

/** A tile in pixels, with its margin, at least so wide; rows above and below what is in view. */
const WIDTH = 120, HEIGHT = 168, SPARE = 2;

/** The grid; `onKey` gets the keys that are not its own. */
export function Grid({ onKey }: { onKey: (event: KeyboardEvent) => void }) {
  const frame = useRef<HTMLDivElement>(null);
  const view = useSignal({ top: 0, width: 800, height: 600 });
  const measure = () => {
    if (frame.current === null) return; // a scroll is told after the room has been left
    const { scrollTop, clientWidth, clientHeight } = frame.current;
    view.value = { top: scrollTop, width: clientWidth, height: clientHeight };
  };
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);
  const { top, width, height } = view.value, all = ids.value;
  const columns = Math.max(1, Math.floor(width / WIDTH));
  const first = Math.max(0, Math.floor(top / HEIGHT) - SPARE) * columns;
  const last = Math.min(all.length, (Math.ceil((top + height) / HEIGHT) + SPARE) * columns);
  const rows = useRows(all.subarray(first, last));
  useEffect(() => keepInView(frame.current!, Math.floor(cursor.value / columns)), [cursor.value, columns]);
  const keys = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key];
    if (by === undefined) return onKey(event);
    event.preventDefault();
    cursor.value = Math.max(0, Math.min(all.length - 1, cursor.value + by));
  };
  return (
    <div
      ref={frame}
      class="grid"
      role="listbox"
      tabIndex={0}
      aria-label={counted(all.length, "image")}
      aria-busy={!rows.every(Boolean)}
      aria-activedescendant={rows[cursor.value - first] && `tile-${cursor.value}`}
      onScroll={measure}
      onKeyDown={keys}
    >
      <div role="presentation" style={{ height: `${Math.ceil(all.length / columns) * HEIGHT}px` }}>
        {rows.map((row, i) => row && <Tile key={row.id} row={row} at={first + i} columns={columns} />)}
      </div>
    </div>
  );
}

/** Tiles share the width of the grid. */
function Tile({ row, at, columns }: { row: Row; at: number; columns: number }) {
  const { id, path, split, className, findings } = row;
  const decision = decisions.value.get(path);
  const place = {
    left: `${(at % columns) * 100 / columns}%`,
    top: `${Math.floor(at / columns) * HEIGHT}px`,
    width: `calc(${100 / columns}% - 8px)`,
  };
  const label = decision?.label ?? className, part = decision?.split ?? split;
  return (
    <div
      id={`tile-${at}`}
      class={decision?.isDropped ? "tile dropped" : "tile"}
      role="option"
      aria-selected={at === cursor.value}
      title={path}
      style={place}
      onClick={() => cursor.value = at}
    >
      <Picture id={id} side={112} alt="" />
      <span class={decision?.label === undefined ? "name" : "name changed"}>{label}</span>
      <small>
        {decision?.isDropped ? "✗ dropped" : part}
        {findings.length > 0 ? " · !" : ""}
      </small>
    </div>
  );
}

/** What is known of these samples: at once of those that were in view before, of the others with the answer. */
function useRows(shown: Uint32Array): readonly (Row | undefined)[] {
  const [known, setKnown] = useState<ReadonlyMap<number, Row>>(new Map());
  useEffect(() => {
    const stop = new AbortController();
    const take = (rows: readonly Row[]) => setKnown(new Map(rows.map((row) => [row.id, row])));
    call("rows", [...shown], { signal: stop.signal }).then(take, () => {}); // only aborted
    return () => stop.abort();
  }, [shown.join(), verdict.value]);
  return Array.from(shown, (id) => known.get(id));
}

function keepInView(frame: HTMLElement, row: number): void {
  const top = row * HEIGHT, { scrollTop, clientHeight } = frame;
  if (top < scrollTop) frame.scrollTop = top;
  else if (top + HEIGHT > scrollTop + clientHeight) frame.scrollTop = top + HEIGHT - clientHeight;
}
