/** `stats`: a dataset's counts and health, as a table, as JSON, as a page with images, or as corrections. */
import { DataError, InterruptedError } from "../base/errors.ts";
import type { Config } from "../config/mod.ts";
import { checkSeen } from "../data/health/check.ts";
import { inspecting } from "../data/health/inspect.ts";
import { proposeCorrections } from "../data/health/propose.ts";
import { countFindings, type HealthReport } from "../data/health/types.ts";
import { formatPatch } from "../data/files/patch.ts";
import { counted } from "../data/words.ts";
import type { Host } from "../setup/host.ts";
import { requireFolderOf } from "../setup/output_file.ts";
import { openDataset } from "../setup/open_dataset.ts";
import { changesJson, changesLines } from "./stats/changes_table.ts";
import { reportJson } from "./stats/json.ts";
import { firstBatch } from "./stats/first_batch.ts";
import { page } from "./stats/page.ts";
import { changesSince, remembering, requireVersioned } from "./stats/since.ts";
import { tableLines } from "./stats/table.ts";
import { thumbnails } from "../data/health/thumbnails.ts";

/**
 * Checks the configured dataset. `given` are the flags json, html, strict, patch and since.
 * @throws DataError with `strict` if there are errors or warnings, after everything is written
 */
export async function stats(
  host: Host,
  config: Config,
  given: ReadonlyMap<string, string>,
  notes: readonly string[],
): Promise<HealthReport> {
  for (const flag of ["html", "patch"]) await requireFolderOf(host, `--${flag}`, given.get(flag));
  const isJson = given.has("json");
  if (!isJson) { for (const note of notes) host.print(`note    ${note}`); }
  const quiet = isJson ? { ...host, print: () => {} } : host, since = given.get("since");
  requireVersioned(config, since);
  const { tree, dataset } = await openDataset(quiet, config);
  const started = performance.now();
  const options = { train: config.transforms.train, signal: host.signal, progress: host.progress };
  const decode = (bytes: Uint8Array) => host.pictures.decode(bytes, config.data.max_pixels);
  const look = inspecting(tree, decode), inspect = since === undefined ? look : remembering(look);
  const report = await checkSeen(dataset, inspect, options).catch(orInterrupted(host.signal));
  const seconds = (performance.now() - started) / 1000;
  const changes = since === undefined
    ? undefined
    : await changesSince(quiet, config, since, { dataset, inspect, decode }, options)
      .catch(orInterrupted(host.signal));
  if (isJson) host.print(reportJson(report, changes && { changes: changesJson(changes, since!) }));
  else {
    for (const line of tableLines(report)) host.print(line);
    host.print(`checked ${counted(report.files, "file")} in ${seconds.toFixed(1)} s`);
    if (changes !== undefined) { for (const line of changesLines(changes, since!)) host.print(line); }
  }
  const say = isJson ? () => {} : host.print;
  await writeFiles(host, given, report, async () => {
    const codec = { decode, encodeJpeg: host.encodeJpeg };
    const pictures = await thumbnails(tree, report, codec);
    return page(report, { pictures, batch: await firstBatch(tree, dataset, config, codec) }, host.now());
  }, say);
  if (given.has("strict")) requireHealthy(report);
  return report;
}

/** Writes the page and the corrections, if requested. */
async function writeFiles(
  host: Host,
  given: ReadonlyMap<string, string>,
  report: HealthReport,
  makePage: () => Promise<string>,
  say: (line: string) => void,
): Promise<void> {
  const write = (path: string, text: string) => host.writeAtomic(path, new TextEncoder().encode(text));
  const html = given.get("html"), patch = given.get("patch");
  if (html !== undefined) {
    await write(html, await makePage());
    say(`page    ${html}`);
  }
  if (patch !== undefined) {
    const corrections = proposeCorrections(report);
    await write(patch, formatPatch(corrections));
    say(
      `patch   ${patch}: ${
        counted(corrections.length, "correction")
      }; review it, then train with data.patch=${patch}`,
    );
  }
}

function orInterrupted(signal: AbortSignal) {
  return (error: unknown): never => {
    if (signal.aborted) throw new InterruptedError("Stopped before all files were checked");
    throw error;
  };
}

/** @throws DataError if anything but info was found */
function requireHealthy({ root, findings }: HealthReport): void {
  const { error, warning } = countFindings(findings);
  if (error + warning === 0) return;
  throw new DataError(
    `Cannot pass "${root}" with --strict: the health check found ${counted(error, "error")} and ${
      counted(warning, "warning")
    }; see above, or omit --strict`,
  );
}
