/** All images with filters; they are dropped, relabelled and moved by keyboard, and taken away as a patch or a .zip. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Row } from "../../protocol/calls.ts";
import { SPLITS } from "../../../src/data/types.ts";
import { decide, decisions, undo } from "../../state/decisions.ts";
import { cursor, ids } from "../../state/gallery.ts";
import { looked } from "../../state/preview.ts";
import { givenLabels, goOn } from "../../state/labels.ts";
import { call, isUnlabelled, showFault, summary, verdict } from "../../state/session.ts";
import { shown } from "../shown.ts";
import { Alike } from "./alike.tsx";
import { Filters } from "./filters.tsx";
import { Grid } from "./grid.tsx";
import { LabelKeys, labelOfKey } from "./label_keys.tsx";
import { Taken } from "./taken.tsx";
import { Path } from "../path.tsx";

/** The room. */
export function ImagesRoom() {
  const row = useCurrent(), isHelp = useSignal(false);
  const label = useRef<HTMLInputElement>(null), isAwaited = useRef(false);
  useEffect(() => {
    if (!isAwaited.current || row?.id !== ids.value[cursor.value]) return;
    isAwaited.current = false;
    label.current?.focus(); // nothing if there is no image
  }, [row]);
  const onKey = (event: KeyboardEvent) => {
    const key = event.key.toLowerCase(), name = labelOfKey(key);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (isAwaited.current && event.key.length === 1) return event.preventDefault(); // meant for the field
    if (key === "u") undo();
    else if (key === "?") isHelp.value = !isHelp.value;
    else if (key === "x") withCurrent(row, drop);
    else if (key === "m") withCurrent(row, move);
    else if (key === "l" && row?.id === ids.value[cursor.value]) label.current?.focus();
    else if (key === "l") isAwaited.current = ids.value.length > 0;
    else if (name !== undefined) {
      withCurrent(row, ({ path }) => decide(path, { label: name }));
      goOn();
    } else return;
    event.preventDefault();
  };
  return (
    <div class="images">
      <Filters />
      <div class="workbench">
        <Grid onKey={onKey} />
        <aside aria-label="The chosen image">
          {row !== undefined && <Relabel key={row.id} row={row} field={label} />}
          {row !== undefined && <LabelKeys row={row} />}
          {row !== undefined && <Alike row={row} />}
          {row !== undefined && <Acts row={row} />}
          <Taken />
          <button type="button" aria-expanded={isHelp.value} onClick={() => isHelp.value = !isHelp.value}>
            Keys (?)
          </button>
          {isHelp.value && (
            <p class="keys">
              Arrows: go. X: drop, or keep again. L: type a class name. 1 to 9: a name that was given before,
              and on to the next image. M: to the next split. U: undo. ?: this.
            </p>
          )}
        </aside>
      </div>
    </div>
  );
}

/** Does something with the image at the cursor; `row` may be the one before, if the cursor has just moved. */
function withCurrent(row: Row | undefined, act: (row: Row) => void): void {
  const id = ids.value[cursor.value];
  if (id === undefined) return;
  if (row?.id === id) act(row);
  else call("rows", [id]).then(([found]) => act(found), showFault);
}

function drop({ path }: Row): void {
  decide(path, { isDropped: !decisions.value.get(path)?.isDropped });
}

function move(row: Row): void {
  decide(row.path, { split: nextSplit(row) });
}

function nextSplit({ path, split }: Row): Row["split"] {
  const now = decisions.value.get(path)?.split ?? split;
  return SPLITS[(SPLITS.indexOf(now) + 1) % SPLITS.length];
}

/** What the keys do, for those who have none, and a way to what the network sees of the image. */
function Acts({ row }: { row: Row }) {
  const see = () => {
    looked.value = row.id;
    shown.value = "sees";
  };
  return (
    <p class="ways-in start">
      <button type="button" onClick={() => drop(row)}>
        {decisions.value.get(row.path)?.isDropped ? "Keep" : "Drop"} (X)
      </button>
      <button type="button" onClick={() => move(row)}>Move to {nextSplit(row)} (M)</button>
      <button type="button" onClick={see}>What the network sees of it</button>
    </p>
  );
}

function Relabel({ row, field }: { row: Row; field: { current: HTMLInputElement | null } }) {
  const known = decisions.value.get(row.path)?.label ?? (isUnlabelled.value ? "" : row.className);
  const own = isUnlabelled.value ? [] : summary.value?.classes ?? [];
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
        Class{" "}
        <input
          key={known}
          ref={field}
          type="text"
          list="classes"
          placeholder="type a class name"
          defaultValue={known} // what is typed outlives news of the check
        />
      </label>
      <datalist id="classes">
        {[...new Set([...own, ...givenLabels.value])].map((name) => <option key={name} value={name} />)}
      </datalist>
      <p>
        <Path path={row.path} /> {row.size === undefined ? "" : `${row.size[0]} x ${row.size[1]}`}
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
  }, [id, verdict.value]);
  return row.value;
}
