/** The check of a dataset: of a sample at first, then of all files, each of which is looked at once. */
import { checkSeen } from "../../src/data/health/check.ts";
import { stratified } from "../../src/data/health/stratified.ts";
import type { HealthReport } from "../../src/data/health/types.ts";
import type { Step } from "../../src/data/transforms/transform.ts";
import { type Dataset, type Sample, SPLITS } from "../../src/data/types.ts";
import type { CheckProgress, Verdict } from "../protocol/calls.ts";
import type { Context } from "../protocol/channel.ts";
import type { Catalog } from "./catalog.ts";
import { look, type Looker } from "./look.ts";
import { verdictOf } from "./verdict.ts";

/** Samples of the first look. */
const SAMPLE = 600;
/** Milliseconds between two messages of progress. */
const SAY_EVERY = 200;

/** Looks at files for a check. */
interface CheckLooker extends Looker {
  /** The steps of training, when they are asked for. */
  readonly train: () => readonly Step[];
}

/** Checks a dataset. `settle` gives it as what has been seen by now divides it; the report is on that, once all is seen. */
export async function check(
  looker: CheckLooker,
  catalog: Catalog,
  settle: () => Promise<Dataset>,
  { progress, signal }: Context<CheckProgress>,
): Promise<{ dataset: Dataset; report: HealthReport }> {
  const { dataset, seen, paths } = catalog;
  const say = progressOf(progress);
  const report = async (part: Dataset) =>
    await checkSeen(part, (path) => Promise.resolve(seen.get(path)!), { signal, train: looker.train() });
  const sample = stratified(dataset, SAMPLE);
  if (sample !== dataset) {
    const chosen = pathsOf(sample);
    await look(looker, seen, chosen, (done) => say("sample", done, chosen.length), signal);
    const first = verdictOf(await report(only(await settle(), new Set(chosen))), paths.length);
    say("sample", chosen.length, chosen.length, first);
  }
  await look(looker, seen, paths, (done) => say("all", done, paths.length), signal);
  say("comparing", paths.length, paths.length);
  const settled = await settle();
  return { dataset: settled, report: await report(settled) };
}

/** The samples of these files. */
function only(dataset: Dataset, paths: ReadonlySet<string>): Dataset {
  const { train, valid, test } = dataset.splits;
  const some = (samples: readonly Sample[]) => samples.filter(({ path }) => paths.has(path));
  return { ...dataset, splits: { train: some(train), valid: some(valid), test: some(test) } };
}

function pathsOf({ splits }: Dataset): string[] {
  return [...new Set(SPLITS.flatMap((split) => splits[split].map(({ path }) => path)))];
}

/** Says how far it is, a few times a second. */
function progressOf(progress: (progress: CheckProgress) => void) {
  const started = performance.now();
  let stage: CheckProgress["stage"] | undefined, since = started, saidAt = 0, before = 0;
  return (next: CheckProgress["stage"], done: number, total: number, sample?: Verdict) => {
    const now = performance.now(), isNew = next !== stage;
    if (isNew) {
      stage = next;
      since = now;
      before = done - 1;
    }
    if (!isNew && sample === undefined && now - saidAt < SAY_EVERY) return;
    saidAt = now;
    const left = done - before > 1 ? (now - since) / (done - before) * (total - done) / 1000 : NaN;
    const seconds = (now - started) / 1000;
    progress({ stage: next, done, total, seconds, left, ...(sample && { sample }) });
  };
}
