/** Runs the command line as a user does, in a process of its own. */
import { assertEquals } from "@std/assert";
import { afterAll } from "../rings.ts";

/** What a command left behind. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

const root = new URL("../../", import.meta.url);

/**
 * As users run it: with LLVM's optimisations in Mesa's software GPU, also where the tests skip them. The command's kernels
 * are compiled once and run in each test's processes: 9.7 s of a processor for a run of one epoch rather than 12.8.
 */
const OPTIMISED = { GALLIVM_PERF: "" };

/** Starts `deno task TASK ...args` without the task runner's echo. */
export function command(
  task: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Deno.Command {
  const permissions = ["read", "write", "env", "sys", "ffi"].map((name) => `--allow-${name}`);
  const config = `--config=${["export", "page"].includes(task) ? "deno.onnx.json" : "deno.json"}`; // as deno.json has it
  return new Deno.Command(Deno.execPath(), {
    args: ["run", config, "--no-prompt", ...permissions, "--allow-run=git", "src/cli.ts", task, ...args],
    cwd: root,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...OPTIMISED, ...env },
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a task to its end. */
export async function cli(
  task: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<CommandResult> {
  const { code, stdout, stderr } = await command(task, args, env).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}

/**
 * Overrides for a run of a few seconds that writes into `folder` only. Kernels are not measured, so that each run takes
 * the same ones, whatever runs beside it.
 */
export function tiny(folder: string, epochs = 1): string[] {
  return [
    `hydra.run.dir=${folder}/run`,
    `checkpoint_dir=${folder}/checkpoints`,
    `data.data_root=${folder}/jerseys`,
    'data.synthetic.classes=["1", "23", "45"]',
    "data.synthetic.train=45",
    "data.synthetic.valid=9",
    "data.synthetic.test=12",
    "data.synthetic.size=32",
    "data.batch_size=16",
    "trainer.log_every_n_steps=2",
    "trainer.tune_kernels=false",
    `trainer.max_epochs=${epochs}`,
  ];
}

/** A temporary folder for one test, removed after it. */
export async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "wgrad_e2e_" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A training that succeeded, and the temporary folder it wrote into. */
export interface FinishedRun {
  readonly folder: string;
  readonly out: string;
}

/**
 * A training that several tests of a file look at, each at something else, since what it costs is mostly its start: it
 * runs when the first of them asks for it, and its folder is removed after the last.
 */
export function sharedRun(
  args: (folder: string) => readonly string[] | Promise<readonly string[]>,
  env: Record<string, string> = {},
): () => Promise<FinishedRun> {
  let folder: string | undefined, run: Promise<FinishedRun> | undefined;
  const train = async () => {
    folder = await Deno.makeTempDir({ prefix: "wgrad_e2e_" });
    const { code, out, error } = await cli("train", await args(folder), env);
    assertEquals(code, 0, error);
    return { folder, out };
  };
  afterAll(async () => {
    if (folder !== undefined) await Deno.remove(folder, { recursive: true });
  });
  return () => run ??= train();
}
