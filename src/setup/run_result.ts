/** The result of a run, stored in its folder as `result.json`, from which a sweep knows which jobs are missing. */

import { weightsIn } from "./checkpoint_store.ts";
import type { Host } from "./host.ts";

/** How a run ended. */
export interface JobResult {
  /** The exit code; 0 if the run completed. */
  readonly code: number;
  readonly error: string | undefined;
  readonly seconds: number;
  /** "test/acc_top1" is 0.94. */
  readonly metrics: ReadonlyMap<string, number>;
}

const NAME = "result.json";

/** Writes `result.json`, which also names the run's weights, by paths relative to itself. */
export async function writeResult(host: Host, folder: string, result: JobResult): Promise<void> {
  const { code, error = null, seconds, metrics } = result;
  const weights = await weightsOf(host, folder);
  const facts = { exit_code: code, error, seconds, weights, ...Object.fromEntries(metrics) };
  await host.writeAtomic(
    `${folder}/${NAME}`,
    new TextEncoder().encode(JSON.stringify(facts, null, 2) + "\n"),
  );
}

/** Removes the result of an earlier attempt, when the next one begins in the same folder. */
export async function clearResult(host: Host, folder: string): Promise<void> {
  await host.folderStore(folder).remove(NAME);
}

async function weightsOf(host: Host, folder: string): Promise<Record<string, string>> {
  const there: Record<string, string> = {};
  for (const [kind, path] of Object.entries(weightsIn(folder))) {
    const name = path.slice(folder.length + 1);
    if (await host.folderStore(folder).exists(name)) there[kind] = name;
  }
  return there;
}

/** The result of the run in a folder. A run without a result did not complete, which is code 1. */
export async function readResult(host: Host, folder: string): Promise<JobResult | undefined> {
  const store = host.folderStore(folder);
  const text = await store.readText(NAME);
  if (text === undefined) {
    return await store.exists("")
      ? { code: 1, error: "no result", seconds: 0, metrics: new Map() }
      : undefined;
  }
  const { exit_code: code, error, seconds, ...metrics } = parse(text);
  const numbers = Object.entries(metrics).filter((entry): entry is [string, number] =>
    typeof entry[1] === "number"
  );
  return {
    code: typeof code === "number" ? code : 1,
    error: typeof error === "string" ? error : undefined,
    seconds: Number(seconds ?? 0),
    metrics: new Map(numbers),
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
