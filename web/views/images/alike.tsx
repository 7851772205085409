/** The chosen image at its full size, and beside it those that look like it. */
import { useEffect, useState } from "preact/hooks";
import type { AlikeGroup, Row } from "../../protocol/calls.ts";
import { call, verdict } from "../../state/session.ts";
import { Picture } from "./picture.tsx";

const SIDE = 1024, SHOWN = 6;

/** The images. */
export function Alike({ row }: { row: Row }) {
  const [groups, setGroups] = useState<readonly AlikeGroup[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    call("alike", row.id, { signal: stop.signal }).then(setGroups, () => {}); // only aborted
    return () => stop.abort();
  }, [row.id, verdict.value]);
  if (groups.length === 0) {
    return <Picture id={row.id} side={SIDE} alt={`${row.className}: ${row.path}`} />;
  }
  return (
    <>
      {groups.map(({ title, files }) => (
        <div key={title}>
          <h2>{title}</h2>
          <ul class="side-by-side">
            {files.slice(0, SHOWN).map(({ id, path, split, className, note }) => (
              <li key={id}>
                <Picture id={id} side={SIDE} alt={`${className}: ${path}`} />
                <b>{className}</b> {split} <small>{note}</small>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}
