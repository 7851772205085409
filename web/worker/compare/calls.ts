/** Answers what the page asks to be compared. */
import { DataError } from "../../../src/base/errors.ts";
import type { Comparison } from "../../../src/plots/report/comparison.ts";
import { drawBitmap, readPlace } from "../../../src/host/browser.ts";
import type { Handlers } from "../../protocol/channel.ts";
import type { CompareCalls } from "../../protocol/compare_calls.ts";
import { part } from "../../protocol/part.ts";
import type { Source } from "../../protocol/source.ts";
import type { Inspectors } from "../inspectors.ts";
import type { Chosen } from "../read_chosen.ts";
import { type ComparedVersions, compareWith } from "./versions.ts";

/** The handlers; `opened` gives the dataset that is open, `withFiles` a source with what was sent ahead of it. */
export function compareCalls(
  opened: () => Chosen,
  inspectors: Inspectors,
  withFiles: (source: Source) => Source,
): Handlers<CompareCalls> {
  let runs: Comparison | undefined, compared: ComparedVersions | undefined, comparisons = 0;
  const known = () => {
    if (compared !== undefined) return compared;
    throw new DataError("Cannot answer: no versions have been compared");
  };
  return {
    async compareRuns(source, context) {
      const given = withFiles(source);
      const { compareRuns } = await part(import("./runs.ts")); // with its reader of YAML, once it is asked for
      return runs = await compareRuns(given, context);
    },
    async comparisonPage() {
      if (runs === undefined) throw new DataError("Cannot save a comparison: no runs have been compared");
      const { comparisonPage } = await part(import("./runs.ts"));
      return await comparisonPage(runs);
    },
    async compareVersions(source, context) {
      compared = await compareWith(opened(), withFiles(source), inspectors, context);
      return { ...compared.summary, key: `${++comparisons}` };
    },
    changes: ({ kind, most }) => known().groups[kind].slice(0, most),
    async changedPicture({ version, path, side }) {
      return await drawBitmap(await readPlace(known().trees[version].place!(path)), side);
    },
  };
}
