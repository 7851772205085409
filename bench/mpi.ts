/** `bench mpi`: the sum of a model's gradients over two ranks, beside MPI's own all-reduce of the same bytes. */
import { firstLineOf } from "../src/base/errors.ts";
import { declareLayers, parameterCount } from "../src/nn/declare_layers.ts";
import { layersOf } from "./convs.ts";
import type { MpiTimes } from "./mpi_rank.ts";
import type { Column } from "./report.ts";
import type { Session } from "./session.ts";

const RANKS = 2;

const COLUMNS: readonly Column[] = [
  { key: "what", head: "what", width: 24, isText: true },
  { key: "floats", head: "floats", width: 12 },
  { key: "copy", head: "copy, ms", width: 10 },
  { key: "bare", head: "copy + MPI_Allreduce, ms", width: 24 },
  { key: "own", head: "copy + sum(), ms", width: 16 },
  { key: "ratio", head: "ratio", width: 7 },
];

/** Starts two ranks on this machine and prints what they measured, or why they could not be started. */
export async function benchMpi({ report, options }: Session): Promise<void> {
  const models = options.models ?? ["resnet18"];
  const cases = [
    ["a decision", 1],
    ["a bucket of 25 MiB", 25 * 2 ** 18],
    ...models.map((model) =>
      [model, parameterCount(declareLayers(layersOf(model, options.classes)).parameters)] as const
    ),
  ] as const;
  const sizes = cases.map(([, floats]) => floats);
  const times = await launch(options.mpirun, [String(options.rounds), ...sizes.map(String)]);
  if (typeof times === "string") {
    report.print("");
    report.print(`mpi      skipped: ${times}; name a launcher with --mpirun PATH`);
    report.fact("mpi", `not available: ${times}`);
    return;
  }
  const print = report.table(
    `gradients of f32 over ${times.ranks} ranks on this machine, by ${times.library}`,
    COLUMNS,
  );
  for (const [i, { floats, copy, bare, own }] of times.rows.entries()) {
    print({ what: cases[i][0], floats, copy, bare, own, ratio: own / bare });
  }
  report.note(
    "medians of rank 0; the ranks share this machine's cores and memory, and no network is between them",
  );
}

/** @returns what the ranks measured, or why they did not */
async function launch(launcher: string, args: readonly string[]): Promise<MpiTimes | string> {
  const script = decodeURIComponent(new URL("mpi_rank.ts", import.meta.url).pathname);
  const command = new Deno.Command(launcher, {
    args: ["-n", String(RANKS), Deno.execPath(), "run", "--no-check", "--allow-all", script, ...args],
  });
  try {
    const { success, stdout, stderr } = await command.output();
    if (success) return JSON.parse(new TextDecoder().decode(stdout));
    return `${launcher} failed: ${firstLineOf(new TextDecoder().decode(stderr).trim())}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `there is no ${launcher}`;
    throw error;
  }
}
