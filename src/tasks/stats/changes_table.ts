/** What has changed between two versions of a dataset, for the terminal and as JSON. */
import { printable } from "../../base/printable.ts";
import {
  type Change,
  changeGroups,
  type VersionChanges,
  type VersionFile,
} from "../../data/health/versions.ts";
import { counted } from "../../data/words.ts";

/** Number of files, changes and groups that are shown, and of files in a group. */
const SHOWN = 5, SHOWN_FILES = 4;
/** The width of the first column. */
const NAME = 14;

/** The lines of the table; `earlier` is the earlier version's path. */
export function changesLines(changes: VersionChanges, earlier: string): string[] {
  const { kept, reencoded, added, removed, relabelled, moved, newClasses, goneClasses } = changes;
  const row = (name: string, count: number, texts: readonly string[]) => {
    const more = count > texts.length && texts.length > 0 ? [`and ${count - texts.length} more`] : [];
    return `  ${name.padEnd(NAME)}${[String(count).padStart(7), ...texts, ...more].join("  ")}`;
  };
  const of = <T>(name: string, items: readonly T[], text: (item: T) => string) =>
    row(name, items.length, items.slice(0, SHOWN).map(text));
  return [
    "",
    `since   ${printable(earlier)}`,
    row("kept", kept, []),
    ...(reencoded > 0 ? [row("saved anew", reencoded, [])] : []),
    of("added", added, pathOf),
    of("removed", removed, pathOf),
    of("relabelled", relabelled, (change) => changeText(change, "className")),
    of("moved", moved, (change) => changeText(change, "split")),
    ...(newClasses.length > 0 ? [of("new classes", newClasses, quoted)] : []),
    ...(goneClasses.length > 0 ? [of("gone classes", goneClasses, quoted)] : []),
    ...leakLines(changes, earlier),
  ];
}

function pathOf({ path }: VersionFile): string {
  return printable(path);
}

function quoted(name: string): string {
  return `"${printable(name)}"`;
}

/** `test/7/x.jpg ("1" is now "7")` */
function changeText({ before, after }: Change, key: "className" | "split"): string {
  return `${pathOf(after)} (${quoted(before[key])} is now ${quoted(after[key])})`;
}

const LEAKS = ["leak_before", "leak_near_before", "leak_after", "leak_near_after"] as const;

function leakLines(changes: VersionChanges, earlier: string): string[] {
  const all = changeGroups(changes), names = [printable(earlier), "this version"];
  return LEAKS.flatMap((kind) => {
    const groups = all[kind];
    if (groups.length === 0) return [];
    const [own, other] = kind.endsWith("before") ? names : names.toReversed();
    const what = kind.includes("near") ? "Almost the same images" : "Images";
    return [
      `leak    ${what} in train of ${own} and evaluated on by ${other}: ${
        counted(groups.length, "group")
      }. A model that was trained with ${own} has seen them.`,
      ...groups.slice(0, SHOWN).map((files) => `          ${groupText(files)}`),
      ...(groups.length > SHOWN ? [`          and ${groups.length - SHOWN} more`] : []),
    ];
  });
}

function groupText(files: readonly VersionFile[]): string {
  const shown = files.slice(0, SHOWN_FILES).map((file) =>
    `${pathOf(file)}${file.note === undefined ? "" : ` (${file.note})`}`
  );
  return [...shown, ...(files.length > SHOWN_FILES ? [`and ${files.length - SHOWN_FILES} more`] : [])].join(
    "  ",
  );
}

/** The changes as a value for JSON, with all paths. */
export function changesJson(changes: VersionChanges, earlier: string): object {
  const file = ({ path, split, className, note }: VersionFile) => ({
    path,
    split,
    class: className,
    note: note ?? null,
  });
  const pair = ({ before, after }: Change) => ({ before: file(before), after: file(after) });
  const { kept, reencoded, newClasses, goneClasses } = changes;
  return {
    since: earlier,
    kept,
    saved_anew: reencoded,
    added: changes.added.map(file),
    removed: changes.removed.map(file),
    relabelled: changes.relabelled.map(pair),
    moved: changes.moved.map(pair),
    new_classes: newClasses,
    gone_classes: goneClasses,
    leaks: changes.leaks.map(({ trained, isNear, files }) => ({
      trained_with: trained,
      is_near: isNear,
      files: files.map((one) => ({ version: one.version, ...file(one) })),
    })),
  };
}
