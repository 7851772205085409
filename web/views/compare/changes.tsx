/** The changes between two versions: in numbers, then each kind with its images. */
import { CHANGE_KINDS, type ChangeKind, type VersionFile } from "../../../src/data/health/versions.ts";
import { amount, counted } from "../../../src/data/words.ts";
import { useState } from "preact/hooks";
import type { ChangeSummary } from "../../protocol/compare_calls.ts";
import { call } from "../../state/session.ts";
import { Bitmap } from "../images/picture.tsx";
import { useCall } from "../use_call.ts";
import { Path } from "../path.tsx";

/** Groups that are shown at first, how many more at a time, and files of a group. */
const SHOWN = 12, MORE = 48, FILES = 6;
/** The longer side of images in pixels. */
const SIDE = 160;

/** The changes. */
export function Changes({ summary }: { summary: ChangeSummary }) {
  const { names, samples, kept, reencoded, counts, newClasses, goneClasses, key } = summary;
  const leaks = CHANGE_KINDS.filter(isLeak).reduce((sum, kind) => sum + counts[kind], 0);
  return (
    <>
      <p>
        From <code>{names.before}</code> ({counted(samples, "image")}) to <code>{names.after}</code>
      </p>
      <ul class="tiles">
        <Tile count={kept} label="kept" />
        {reencoded > 0 && <Tile count={reencoded} label="saved anew" />}
        <Tile count={counts.added} label="added" />
        <Tile count={counts.removed} label="removed" />
        <Tile count={counts.relabelled} label="relabelled" />
        <Tile count={counts.moved} label="moved" />
        <Tile count={leaks} label="leaks across" look={leaks > 0 ? "error" : undefined} />
      </ul>
      <Classes title="New classes" names={newClasses} />
      <Classes title="Classes that are gone" names={goneClasses} />
      {CHANGE_KINDS.filter((kind) => counts[kind] > 0).map((kind) => (
        <Kind key={`${key} ${kind}`} kind={kind} summary={summary} />
      ))}
    </>
  );
}

function Tile({ count, label, look = "plain" }: { count: number; label: string; look?: string | undefined }) {
  return (
    <li class={look}>
      <b>{amount(count)}</b>
      <span>{label}</span>
    </li>
  );
}

function Classes({ title, names }: { title: string; names: readonly string[] }) {
  return names.length === 0 ? null : (
    <p>
      {title}: <b>{names.join(", ")}</b>
    </p>
  );
}

function isLeak(kind: ChangeKind): boolean {
  return kind.startsWith("leak");
}

const TITLES = {
  relabelled: "Relabelled",
  moved: "Moved to another split",
  added: "Added",
  removed: "Removed",
};

/** What a kind is called, and what it means. */
function wordsOf(kind: ChangeKind, { names }: ChangeSummary): { title: string; advice: string } {
  if (!isLeak(kind)) return { title: TITLES[kind as keyof typeof TITLES], advice: "" };
  const [own, other] = kind.endsWith("before") ? [names.before, names.after] : [names.after, names.before];
  return {
    title: `${
      kind.includes("near") ? "Almost the same images" : "Images"
    } in train of ${own} and evaluated on by ${other}`,
    advice: `A model that was trained with ${own} has seen them: its metrics on ${other} are too good.`,
  };
}

function Kind({ kind, summary }: { kind: ChangeKind; summary: ChangeSummary }) {
  const [most, setMost] = useState(SHOWN);
  const { answer: groups = [] } = useCall("changes", { kind, most }, summary.key);
  const count = summary.counts[kind], { title, advice } = wordsOf(kind, summary), id = `change-${kind}`;
  return (
    <section class={isLeak(kind) ? "changes error" : "changes"} aria-labelledby={id}>
      <h2 id={id}>
        {isLeak(kind) && <span class="badge">leak</span>} {title} <small>{amount(count)}</small>
      </h2>
      {advice !== "" && <p>{advice}</p>}
      <ul class="change-groups">
        {groups.map((files, i) => (
          <li key={i}>
            {files.slice(0, FILES).map((file, j) => (
              <Shown key={j} file={file} of={summary.key} isAlone={files.length === 1} />
            ))}
            {files.length > FILES && <small>and {files.length - FILES} more</small>}
          </li>
        ))}
      </ul>
      {count > groups.length && groups.length > 0 && (
        <button
          type="button"
          onClick={() => setMost(most + MORE)}
        >
          Show more of {amount(count)}
        </button>
      )}
    </section>
  );
}

/** An image; beside others it says which version it is of. */
function Shown({ file, of, isAlone }: { file: VersionFile; of: string; isAlone: boolean }) {
  const { version, path, split, className, note } = file;
  return (
    <figure>
      <Bitmap
        what={`${of} ${version} ${path}`}
        alt={`${className}: ${path}`}
        draw={(signal) => call("changedPicture", { version, path, side: SIDE }, { signal })}
      />
      <figcaption>
        {!isAlone && <small>{version}</small>}
        <b>{className}</b> {split}
        {note !== undefined && <small>{note}</small>}
        <Path path={path} title={path} />
      </figcaption>
    </figure>
  );
}
