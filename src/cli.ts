/** The command line: `TASK [group=option] [key=value] ...`; the exit code says what kind of fault ended it. */
import { ConfigError, exitCode } from "./base/errors.ts";
import { nearest } from "./base/nearest.ts";
import { loadConfig } from "./config/mod.ts";
import { runProcess } from "./host/deno.ts";
import { doctor } from "./tasks/doctor.ts";
import { evaluate } from "./tasks/eval.ts";
import type { Host } from "./tasks/host.ts";
import { parity } from "./tasks/parity.ts";
import { train } from "./tasks/train.ts";

/** A task: runs to its end, and returns an exit code where success is not the only outcome. */
type Task = (host: Host, args: readonly string[]) => Promise<number | void>;

const tasks: Readonly<Record<string, Task>> = {
  train: async (host, args) => void await train(host, loadConfig(host.configFiles, args)),
  eval: async (host, args) => void await evaluate(host, loadConfig(host.configFiles, args)),
  doctor,
  parity,
};

/** Runs one task and returns the exit code; a fault is one message on the error stream, without a stack. */
export async function main(args: readonly string[], host: Host): Promise<number> {
  const [name, ...rest] = args;
  try {
    const task = Object.hasOwn(tasks, name ?? "") ? tasks[name] : unknownTask(name);
    return await task(host, rest) ?? 0;
  } catch (error) {
    const code = exitCode(error);
    console.error(code === 1 ? error : `${(error as Error).name}: ${(error as Error).message}`);
    return code;
  }
}

function unknownTask(name: string | undefined): never {
  const names = Object.keys(tasks).join(", ");
  if (name === undefined) throw new ConfigError(`Cannot run as no task is given: ${names}`);
  const near = nearest(name, Object.keys(tasks));
  throw new ConfigError(
    `Cannot run "${name}" as there is no such task: ${near ? `did you mean ${near}? ` : ""}Tasks: ${names}`,
  );
}

if (import.meta.main) await runProcess(main);
