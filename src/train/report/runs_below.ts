/** Finds runs in a tree of files, such as a sweep's folder, `outputs`, or what was dropped on the page. */
import { folderOf, join } from "../../data/files/paths.ts";
import type { FileTree } from "../../data/types.ts";
import { readYaml, type RunFiles } from "./run_records.ts";
import type { Nameable } from "./run_names.ts";

/** The file in a sweep's folder that says what its jobs are. */
const PLAN = "multirun.yaml";

/** A file that only a run has, at its place in the run's folder. */
const OF_RUN = /^(?:(.*)\/)?(?:run\.json|\.hydra\/overrides\.yaml)$/;

/** A run in a tree; "" is the tree's own folder. */
export interface FoundRun extends Omit<Nameable, "overrides"> {
  readonly files: Pick<RunFiles, "folder" | "text">;
  readonly hasReport: boolean;
}

/** Runs, and jobs of sweeps that never ran. */
export interface FoundRuns {
  readonly runs: readonly FoundRun[];
  readonly missing: readonly Nameable[];
}

/** All runs of a tree, in natural order of their folders. Of a job's attempts, the newest counts. */
export async function runsBelow(tree: FileTree): Promise<FoundRuns> {
  const paths = await tree.paths(), known = new Set(paths);
  const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const text = (path: string) => known.has(path) ? tree.read(path).then(decoded) : Promise.resolve(undefined);
  const sweeps = paths.filter((path) => path === PLAN || path.endsWith(`/${PLAN}`)).map(folderOf);
  const folders = paths.flatMap((path) => {
    const match = OF_RUN.exec(path);
    return match ? [match[1] ?? ""] : [];
  });
  const found = newestAttempts([...new Set(folders)], new Set(sweeps)).sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true })
  );
  const jobs = await Promise.all(sweeps.map(async (sweep) => {
    const path = join(sweep, PLAN);
    return missingJobs(sweep, readYaml(await text(path) ?? "", `${tree.name}/${path}`), found);
  }));
  const runs = found.map((folder): FoundRun => ({
    folder,
    sweep: folder !== "" && sweeps.includes(folderOf(folder)) ? folderOf(folder) : undefined,
    files: {
      folder: folder === "" ? tree.name : join(tree.name, folder),
      text: (path) => text(join(folder, path)),
    },
    hasReport: known.has(join(folder, "report.html")),
  }));
  return { runs, missing: jobs.flat() };
}

/** Without the earlier attempts of jobs: those at `3` are in `3`, `3.1`, `3.2`. */
function newestAttempts(folders: readonly string[], sweeps: ReadonlySet<string>): string[] {
  const all = new Set(folders);
  const next = (folder: string) => {
    const [, job = folder, number = "0"] = /^(.+)\.(\d+)$/.exec(folder) ?? [];
    return all.has(job) && job !== folder ? `${job}.${Number(number) + 1}` : `${folder}.1`;
  };
  return folders.filter((folder) => !sweeps.has(folderOf(folder)) || folder === "" || !all.has(next(folder)));
}

/** What a sweep's plan says, as far as it matters here. */
interface Plan {
  readonly hydra?: {
    readonly sweep?: { readonly subdir?: string };
    readonly runtime?: { readonly jobs?: readonly (readonly string[])[] };
  };
}

/** The jobs of a sweep without a folder, where folders are called by the jobs' numbers. */
function missingJobs(sweep: string, plan: unknown, found: readonly string[]): Nameable[] {
  const { sweep: { subdir = "" } = {}, runtime: { jobs = [] } = {} } = (plan as Plan | null)?.hydra ?? {};
  if (!/^\$\{hydra[.:]job\.num\}$/.test(subdir)) return [];
  return jobs.flatMap((overrides, number) => {
    const folder = join(sweep, String(number));
    const hasRun = found.some((one) => one === folder || one.startsWith(`${folder}.`));
    return hasRun ? [] : [{ folder, overrides, sweep }];
  });
}
