/** The worker that holds the dataset: it opens it, has it checked, and answers what the page shows of it. */
import { DataError } from "../../src/base/errors.ts";
import { sha256 } from "../../src/base/sha256.ts";
import { withTraining } from "../../src/data/health/check.ts";
import { countSplits } from "../../src/data/health/class_findings.ts";
import { treeBelow } from "../../src/data/files/joined_tree.ts";
import { formatPatch } from "../../src/data/files/patch.ts";
import { waysToRead } from "../../src/data/files/ways.ts";
import { compareCodePoints } from "../../src/data/files/paths.ts";
import { floors } from "../../src/data/health/floors.ts";
import { proposeCorrections } from "../../src/data/health/propose.ts";
import type { HealthReport } from "../../src/data/health/types.ts";
import type { Step } from "../../src/data/transforms/transform.ts";
import type { FileTree } from "../../src/data/types.ts";
import { drawBitmap, readPlace } from "../../src/host/browser.ts";
import type { Choices, DatasetCalls, Opening, Summary, Verdict } from "../protocol/calls.ts";
import type { Handlers } from "../protocol/channel.ts";
import { correctionsOf } from "../protocol/decided.ts";
import { filesAhead } from "./ahead.ts";
import { Catalog } from "./catalog.ts";
import { check } from "./check.ts";
import type { Inspectors } from "./inspectors.ts";
import { overfitBatch } from "./overfit.ts";
import { cleanedZip, storedZip } from "./cleaned_zip.ts";
import { compareCalls } from "./compare/calls.ts";
import { corrected, readChosen, settled } from "./read_chosen.ts";
import { seesCalls } from "./sees/calls.ts";
import { openSource } from "./sources.ts";
import { verdictOf } from "./verdict.ts";

/** A dataset that is open. */
interface Open {
  /** Another one for each that is opened. */
  readonly key: string;
  readonly tree: FileTree;
  readonly choices: Choices;
  catalog: Catalog;
  report?: HealthReport;
}

/** Answers the page's calls about its dataset. */
export function datasetCalls(inspectors: Inspectors): Handlers<DatasetCalls> {
  let open: Open | undefined, asked: FileTree | undefined, train: readonly Step[] = [], openings = 0;
  const sent = filesAhead();
  const opened = () => {
    if (open !== undefined) return open;
    throw new DataError("Cannot answer: no dataset is open");
  };
  return {
    ...sent.calls,
    async open({ source, choices }, { progress }) {
      const whole = asked = await openSource(sent.withFiles(source), progress);
      const tree = choices.folder === undefined ? whole : treeBelow(whole, choices.folder);
      try {
        progress("Reading the labels");
        const catalog = new Catalog(await readChosen(tree, choices, new Map()));
        open = { key: `${++openings}`, tree, choices, catalog };
        return { kind: "opened", summary: await summaryOf(catalog) };
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
        return await questionOf(whole, error);
      }
    },
    async check(_, context) {
      const now = opened(), place = (path: string) => now.tree.place!(path);
      const looker = { inspectors, place, train: () => train };
      const settle = () => settled(now, context.signal);
      const { dataset, report } = await check(looker, now.catalog, settle, context);
      if (dataset !== now.catalog.dataset) {
        now.catalog = new Catalog(dataset, now.catalog.seen, now.catalog);
      }
      now.catalog.found(report);
      return { verdict: reportOn(now, report, train), summary: await summaryOf(now.catalog) };
    },
    training(steps) {
      train = steps;
      return open?.report && reportOn(open, open.report, train);
    },
    ...seesCalls(opened, inspectors),
    ...compareCalls(opened, inspectors, sent.withFiles),
    list: (query) => opened().catalog.list(query),
    survey: (made) => opened().catalog.surveyed(made),
    rows: (ids) => ids.map((id) => opened().catalog.row(id)),
    alike: (id) => opened().catalog.alike(id),
    async floors(decided, { signal }) {
      const now = opened(), dataset = await corrected(now, correctionsOf(decided), signal);
      return await floors(dataset, (path) => now.catalog.seen.get(path)?.picture?.fingerprint, signal);
    },
    overfitBatch: (asked) => overfitBatch(opened().catalog, asked),
    example: async ({ path, side }) => await drawBitmap(await readPlace(asked!.place!(path)), side),
    picture: async ({ id, side }) => await drawBitmap((await sampleFile(opened(), id)).bytes, side),
    sampleFile: (id) => sampleFile(opened(), id),
    ...takenCalls(opened),
  };
}

/** The calls for what is taken away. */
function takenCalls(
  opened: () => Open,
): Pick<Handlers<DatasetCalls>, "proposed" | "proposedPatch" | "patch" | "zipped" | "cleaned"> {
  const proposals = () => {
    const { report } = opened();
    return report === undefined ? [] : proposeCorrections(report);
  };
  return {
    proposed: () => proposals().map(({ image }) => image),
    proposedPatch: () => formatPatch(proposals()),
    patch: (decided) => formatPatch(correctionsOf(decided)),
    zipped: (files, writing) =>
      storedZip(
        files.map(([path, file]) => ({ path, read: async () => new Uint8Array(await file.arrayBuffer()) })),
        writing,
      ),
    async cleaned(decided, { progress, signal }) {
      const now = opened(), dataset = await corrected(now, correctionsOf(decided), signal);
      return await cleanedZip(dataset, (path) => readPlace(now.tree.place!(path)), { progress, signal });
    },
  };
}

async function sampleFile({ tree, catalog }: Open, id: number) {
  const { path } = catalog.entries[id];
  return { path, bytes: await readPlace(tree.place!(path)) };
}

/** Keeps a report, as it is with these steps of training, and says what it comes to. */
function reportOn(open: Open, report: HealthReport, train: readonly Step[]): Verdict {
  open.report = withTraining(report, open.catalog.dataset, train);
  return verdictOf(open.report, open.catalog.paths.length);
}

async function questionOf(tree: FileTree, error: DataError): Promise<Opening> {
  const ways = await waysToRead(tree);
  if (ways.length === 0) throw error;
  return { kind: "question", reason: error.message, ways };
}

async function summaryOf({ dataset, entries, paths }: Catalog): Promise<Summary> {
  const { root, understood, notes, ignored, classes } = dataset;
  const names = JSON.stringify([root, classes, paths.sort(compareCodePoints)]); // however they are divided
  return {
    name: root,
    understood,
    notes,
    ignored: [...Map.groupBy(ignored, ({ reason }) => reason)].map(([reason, files]) => ({
      reason,
      count: files.length,
      first: files[0].path,
    })),
    classes,
    splits: countSplits(dataset),
    count: entries.length,
    isDivided: dataset.divided.length > 0,
    key: (await sha256(names)).toHex().slice(0, 32),
  };
}
