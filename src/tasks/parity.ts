/** `parity`: runs a folder of reference cases through the engine and the CPU code, and prints the error of each. */
import { ConfigError, DataError, GpuError, InterruptedError } from "../base/errors.ts";
import { type Device, openDevice } from "../core/device.ts";
import { parseArguments, usageLine } from "../launch/usage.ts";
import type { Host } from "../setup/host.ts";
import { requireFolderOf } from "../setup/output_file.ts";
import { describeAdapter } from "../setup/open_model.ts";
import type { ParityCase } from "../parity/case.ts";
import { type CaseFolder, openFolder } from "../parity/folder.ts";
import { suites } from "../parity/suites.ts";
import { type Judged, judged, report, table } from "../parity/table.ts";
import { usages } from "./usages.ts";

/** Default folders, of which the first that exists is used. */
const DEFAULT_FOLDERS = ["../shared/reference", "tests/fixtures/parity"] as const;

const USAGE = usageLine(usages.parity);

/** The parts of the host that parity needs. */
export type ParityHost = Pick<
  Host,
  "openTree" | "openGpu" | "folderStore" | "writeAtomic" | "signal" | "print"
>;

/** The parsed command line. */
interface Options {
  readonly folder: string | undefined;
  readonly only: RegExp | undefined;
  readonly json: string | undefined;
}

/**
 * Runs all cases of a folder and prints a row for each.
 * @returns the exit code: 0 if all pass, 1 if one fails
 * @throws ConfigError for invalid arguments, DataError if the folder is missing or broken, GpuError if there is no
 * adapter, InterruptedError between two cases if the process is asked to stop
 */
export async function parity(host: ParityHost, args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  await requireFolderOf(host, "--json", options.json);
  const folder = await open(host, options.folder);
  const { cases, notCovered } = await suites(folder);
  const chosen = cases.filter(({ name }) => options.only?.test(name) ?? true);
  if (chosen.length === 0) throw nothingToRun(folder, options, cases);
  const device = chosen.some(({ gpu }) => gpu) ? await openGpu(host) : undefined;
  try {
    const started = performance.now();
    const rows = await runAll(host, chosen, device);
    const seconds = (performance.now() - started) / 1000;
    const skipped = cases.length - chosen.length;
    const { lines, json } = report({ folder: folder.name, rows, notCovered, seconds, skipped });
    for (const line of lines) host.print(line);
    if (options.json !== undefined) {
      await host.writeAtomic(options.json, new TextEncoder().encode(JSON.stringify(json, null, 2) + "\n"));
    }
    return rows.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    device?.close();
  }
}

function parseOptions(args: readonly string[]): Options {
  const { flags, others: folders } = parseArguments(args, usages.parity);
  if (folders.length > 1) {
    throw new ConfigError(`Cannot run parity: expected one folder, current are ${folders.join(", ")}`);
  }
  const only = flags.get("only");
  return {
    folder: folders[0],
    only: only === undefined ? undefined : pattern(only),
    json: flags.get("json"),
  };
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, "i");
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new ConfigError(`Cannot run parity: --only must be a regular expression (${reason})`, { cause });
  }
}

/** Opens the given folder, or the first default that exists, and prints which. */
async function open(host: ParityHost, given: string | undefined): Promise<CaseFolder> {
  if (given !== undefined) {
    host.print(`parity  ${given}`);
    return await openFolder(host, given);
  }
  for (const name of DEFAULT_FOLDERS) {
    try {
      const folder = await openFolder(host, name);
      host.print(`parity  ${name} (default folder)`);
      return folder;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
    }
  }
  throw new DataError(
    `Cannot run parity: neither ${DEFAULT_FOLDERS.join(" nor ")} exists; give a folder. Usage: ${USAGE}`,
  );
}

function nothingToRun(folder: CaseFolder, { only }: Options, cases: readonly ParityCase[]): Error {
  if (cases.length === 0) {
    return new DataError(
      `Cannot run parity: ${folder.name} has no cases; give a folder written by tests/fixtures/make.py, ` +
        "such as tests/fixtures/parity",
    );
  }
  const names = cases.slice(0, 10).map(({ name }) => name).join(", ");
  return new ConfigError(
    `Cannot run parity: no case matches --only ${only?.source}; the first of the ${cases.length} cases are ${names}`,
  );
}

/** Opens the GPU and prints which. @throws GpuError if there is none */
async function openGpu(host: ParityHost): Promise<Device> {
  const device = await openDevice(await host.openGpu());
  host.print(`device  ${describeAdapter(device)}`);
  return device;
}

/** Runs cases and prints one or more rows for each. */
async function runAll(
  host: ParityHost,
  cases: readonly ParityCase[],
  device: Device | undefined,
): Promise<Judged[]> {
  const print = table(host.print, cases.map(({ name }) => name));
  const rows: Judged[] = [];
  for (const given of cases) {
    if (host.signal.aborted) throw new InterruptedError("Parity was interrupted");
    for (const row of await attempt(given, device)) {
      rows.push(row);
      print(row);
    }
  }
  return rows;
}

/** Runs a case. An exception is its failure, unless it comes from the folder or the GPU. */
async function attempt(given: ParityCase, device: Device | undefined): Promise<Judged[]> {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  try {
    const rows = given.gpu ? await given.run(device!) : await given.run();
    return rows.map((row) => judged(row, seconds()));
  } catch (error) {
    if (error instanceof DataError || error instanceof GpuError) throw error;
    return [{
      name: given.name,
      ok: false,
      error: (error as Error).message,
      comparisons: [],
      seconds: seconds(),
    }];
  }
}
