/**
 * `bench mpi`: the sum of a model's gradients over two ranks, beside MPI's own all-reduce of the same bytes, and training
 * steps with that sum.
 */
import { firstLineOf } from "../src/base/errors.ts";
import { declareLayers, parameterCount } from "../src/nn/declare_layers.ts";
import type { ModelName } from "../src/nn/models/mod.ts";
import { layersOf } from "./convs.ts";
import type { MpiTimes } from "./mpi_rank.ts";
import type { StepTimes } from "./mpi_step_rank.ts";
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

const STEP_COLUMNS: readonly Column[] = [
  { key: "what", head: "gradients are summed", width: 28, isText: true },
  { key: "ms", head: "ms per step", width: 12 },
  { key: "more", head: "more than alone, ms", width: 20 },
];

/** Starts two ranks on this machine and prints what they measured, or why they could not be started. */
export async function benchMpi(session: Session): Promise<void> {
  const { report, options } = session, models = options.models ?? ["resnet18"];
  const cases = [
    ["a decision", 1],
    ["a bucket of 25 MiB", 25 * 2 ** 18],
    ...models.map((model) =>
      [model, parameterCount(declareLayers(layersOf(model, options.classes)).parameters)] as const
    ),
  ] as const;
  const sizes = cases.map(([, floats]) => floats);
  const times = await launch<MpiTimes>(options.mpirun, "mpi_rank.ts", [options.rounds, ...sizes]);
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
  for (const model of models) await steps(session, model);
  report.note(
    "medians of rank 0; the ranks share this machine's processor, memory and GPU, and no network is between them",
  );
}

/** Prints what the sum adds to a step. */
async function steps({ report, options, software }: Session, model: ModelName): Promise<void> {
  const { rounds, classes, size = software ? 64 : 224, batch = software ? 8 : 64 } = options;
  const args = [rounds, model, size, batch, classes];
  const times = await launch<StepTimes>(options.mpirun, "mpi_step_rank.ts", args);
  if (typeof times === "string") throw new Error(`Cannot time steps on ${RANKS} ranks: ${times}`);
  const print = report.table(
    `a step of ${model} in f32 on each of ${RANKS} ranks, ${batch} images at ${size} px`,
    STEP_COLUMNS,
  );
  for (const { what, ms } of times) print({ what, ms, more: ms - times[0].ms });
}

/** @returns what the ranks measured, or why they did not */
async function launch<Times>(
  launcher: string,
  name: string,
  args: readonly (string | number)[],
): Promise<Times | string> {
  const script = decodeURIComponent(new URL(name, import.meta.url).pathname);
  const run = [Deno.execPath(), "run", "--no-check", "--allow-all", script, ...args.map(String)];
  const command = new Deno.Command(launcher, { args: ["-n", String(RANKS), ...run] });
  try {
    const { success, stdout, stderr } = await command.output();
    if (success) return JSON.parse(new TextDecoder().decode(stdout));
    return `${launcher} failed: ${firstLineOf(new TextDecoder().decode(stderr).trim())}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `there is no ${launcher}`;
    throw error;
  }
}
