/** All images with filters; they are dropped, relabelled and moved by keyboard, and taken away as a patch or a .zip. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Row } from "../../protocol/calls.ts";
import { SPLITS } from "../../../src/data/types.ts";
import { decide, decisions, undo } from "../../state/decisions.ts";
import { cursor, ids } from "../../state/gallery.ts";
import { looked } from "../../state/preview.ts";
import { call, summary } from "../../state/session.ts";
import { shown } from "../shown.ts";
import { Alike } from "./alike.tsx";
import { Filters } from "./filters.tsx";
import { Grid } from "./grid.tsx";
import { Taken } from "./taken.tsx";

/** The room. */
export function ImagesRoom() {
  const row = useCurrent(), isHelp = useSignal(false);
  const label = useRef<HTMLInputElement>(null);
  const move = (path: string, split: Row["split"]) => {
    const now = decisions.value.get(path)?.split ?? split;
    decide(path, { split: SPLITS[(SPLITS.indexOf(now) + 1) % SPLITS.length] });
  };
  const onKey = (event: KeyboardEvent) => {
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "u") undo();
    else if (key === "?") isHelp.value = !isHelp.value;
    else if (row === undefined) return;
    else if (key === "x") decide(row.path, { isDropped: !decisions.value.get(row.path)?.isDropped });
    else if (key === "m") move(row.path, row.split);
    else if (key === "l") label.current?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <div class="images">
      <Filters />
      <div class="workbench">
        <Grid onKey={onKey} />
        <aside aria-label="The chosen image">
          {row !== undefined && <Relabel key={row.id} row={row} field={label} />}
          {row !== undefined && <Alike row={row} />}
          {row !== undefined && <ToSees row={row} />}
          <Taken />
          <button type="button" aria-expanded={isHelp.value} onClick={() => isHelp.value = !isHelp.value}>
            Keys (?)
          </button>
          {isHelp.value && (
            <p class="keys">
              Arrows: go. X: drop, or keep again. L: type a class name. M: to the next split. U: undo. ?:
              this.
            </p>
          )}
        </aside>
      </div>
    </div>
  );
}

/** A way to what the network sees of an image. */
function ToSees({ row }: { row: Row }) {
  const see = () => {
    looked.value = row.id;
    shown.value = "sees";
  };
  return (
    <p>
      <button type="button" onClick={see}>What the network sees of it</button>
    </p>
  );
}

function Relabel({ row, field }: { row: Row; field: { current: HTMLInputElement | null } }) {
  const known = decisions.value.get(row.path)?.label ?? row.className;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const name = field.current!.value.trim();
        if (name !== "" && name !== known) decide(row.path, { label: name });
        document.querySelector<HTMLElement>(".grid")?.focus();
      }}
    >
      <label>
        Class <input ref={field} type="text" list="classes" value={known} />
      </label>
      <datalist id="classes">
        {summary.value?.classes.map((name) => <option key={name} value={name} />)}
      </datalist>
      <p>
        <code>{row.path}</code> {row.size === undefined ? "" : `${row.size[0]} x ${row.size[1]}`}
      </p>
    </form>
  );
}

/** What is known of the image at the cursor. */
function useCurrent(): Row | undefined {
  const row = useSignal<Row | undefined>(undefined), id = ids.value[cursor.value];
  useEffect(() => {
    const stop = new AbortController();
    if (id === undefined) row.value = undefined;
    else call("rows", [id], { signal: stop.signal }).then(([found]) => row.value = found, () => {}); // only aborted
    return () => stop.abort();
  }, [id]);
  return row.value;
}
