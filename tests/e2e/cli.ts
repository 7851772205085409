/** Runs the command line as a user does, in a process of its own. */

/** What a command left behind. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

const root = new URL("../../", import.meta.url);

/** Starts `deno task TASK ...args` without the task runner's echo. */
export function command(
  task: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Deno.Command {
  const permissions = ["read", "write", "env", "sys", "ffi"].map((name) => `--allow-${name}`);
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, "--allow-run=git", "src/cli.ts", task, ...args],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
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

/** Overrides for a run of a few seconds that writes into `folder` only. */
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
