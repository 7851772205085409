/** Compares the dataset that is open with an earlier version of it. */
import { inspectFiles } from "../../../src/data/health/inspect.ts";
import {
  changeGroups,
  type ChangeKind,
  compareVersions,
  type InspectedVersion,
  type Version,
  type VersionFile,
} from "../../../src/data/health/versions.ts";
import type { StartProgress } from "../../../src/base/progress.ts";
import type { FileTree } from "../../../src/data/types.ts";
import type { Source } from "../../protocol/source.ts";
import type { Context } from "../../protocol/channel.ts";
import type { ChangeSummary, Doing } from "../../protocol/compare_calls.ts";
import { Catalog } from "../catalog.ts";
import type { Inspectors } from "../inspectors.ts";
import { look } from "../look.ts";
import { type Chosen, readChosen, settled } from "../read_chosen.ts";
import { openSource } from "../sources.ts";

/** Milliseconds between two messages of progress. */
const SAY_EVERY = 100;

/** Two versions that have been compared. */
export interface ComparedVersions {
  readonly summary: Omit<ChangeSummary, "key">;
  readonly groups: Readonly<Record<ChangeKind, readonly (readonly VersionFile[])[]>>;
  readonly trees: Readonly<Record<Version, FileTree>>;
}

/** Opens the earlier version, read as the dataset that is open is, and compares them. */
export async function compareWith(
  now: Chosen,
  source: Source,
  inspectors: Inspectors,
  { progress, signal }: Context<Doing>,
): Promise<ComparedVersions> {
  const say = nowAndThen(progress);
  const tree = await openSource(source, (what) => progress({ what }));
  const catalog = new Catalog(await readChosen(tree, now.choices, new Map()));
  const inspected = async (chosen: Chosen, what: string): Promise<InspectedVersion & { samples: number }> => {
    const { paths, seen } = chosen.catalog, place = (path: string) => chosen.tree.place!(path);
    await look(
      { inspectors, place },
      seen,
      paths,
      (done) => say({ what, done, total: paths.length }),
      signal,
    );
    const dataset = await settled(chosen, signal);
    const files = await inspectFiles(dataset, (path) => Promise.resolve(seen.get(path)!));
    return { classes: dataset.classes, files, samples: chosen.catalog.entries.length };
  };
  const before = await inspected({ ...now, tree, catalog }, "Looking at the earlier version");
  const after = await inspected(now, "Looking at this version");
  const changes = await compareVersions(before, after, { progress: saying(say), signal });
  const { kept, reencoded, newClasses, goneClasses } = changes, groups = changeGroups(changes);
  const counts = Object.fromEntries(Object.entries(groups).map(([kind, of]) => [kind, of.length]));
  return {
    summary: {
      names: { before: catalog.dataset.root, after: now.catalog.dataset.root },
      samples: before.samples,
      kept,
      reencoded,
      counts: counts as Record<ChangeKind, number>,
      newClasses,
      goneClasses,
    },
    groups,
    trees: { before: tree, after: now.tree },
  };
}

/** Progress as messages. */
function saying(say: (doing: Doing) => void): StartProgress {
  return (what, total) => ({
    at: (done) =>
      say({ what: what[0].toUpperCase() + what.slice(1), done, ...(total !== undefined && { total }) }),
    [Symbol.dispose]: () => {},
  });
}

/** A few times a second. */
function nowAndThen(progress: (doing: Doing) => void): (doing: Doing) => void {
  let saidAt = -Infinity;
  return (doing) => {
    const now = performance.now();
    if (now - saidAt < SAY_EVERY) return;
    saidAt = now;
    progress(doing);
  };
}
