/** The command line: `TASK [group=option] [key=value] ...`. The exit code tells what kind of error ended it. */
import { ConfigError } from "./base/errors.ts";
import { nearest } from "./base/nearest.ts";
import { runProcess } from "./host/deno.ts";
import type { Host } from "./setup/host.ts";
import { launch } from "./launch/launch.ts";
import { asksForHelp } from "./launch/flags.ts";
import { section, usageHelp } from "./launch/usage.ts";
import { configuredTasks, lookingTasks } from "./tasks/configured.ts";
import { usages } from "./tasks/usages.ts";

/** A task runs to its end and returns an exit code if success is not the only outcome. */
type Task = (host: Host, args: readonly string[]) => Promise<number | void>;

// Each task is loaded when it runs, so that inspecting a configuration loads no engine.
const plainTasks: Readonly<Record<keyof typeof usages, Task>> = {
  predict: async (host, args) => (await import("./tasks/predict.ts")).predict(host, args),
  export: async (host, args) => (await import("./tasks/export.ts")).exportTask(host, args),
  clean: async (host, args) => (await import("./tasks/clean.ts")).clean(host, args),
  doctor: async (host, args) => (await import("./tasks/doctor.ts")).doctor(host, args),
  completion: async (host, args) => (await import("./tasks/completion.ts")).completion(host, args),
  sync: async (host, args) => (await import("./tasks/sync.ts")).sync(host, args),
  page: async (host, args) => (await import("./tasks/page.ts")).page(host, args),
  report: async (host, args) => (await import("./tasks/report.ts")).report(host, args),
  parity: async (host, args) => (await import("./tasks/parity.ts")).parity(host, args),
};

const tasks: Readonly<Record<string, Task>> = {
  train: (host, args) => launch(host, configuredTasks.train, args),
  eval: (host, args) => launch(host, configuredTasks.eval, args),
  stats: (host, args) => launch(host, lookingTasks.stats, args),
  ...plainTasks,
};

/** Runs one task and returns the exit code. */
export async function main([name, ...rest]: readonly string[], host: Host): Promise<number> {
  if (name === "--help" || name === "-h") {
    helpLines().forEach((line) => host.print(line));
    return 0;
  }
  const task = Object.hasOwn(tasks, name ?? "") ? tasks[name] : unknownTask(name);
  if (Object.hasOwn(usages, name) && asksForHelp(rest)) {
    usageHelp(usages[name as keyof typeof usages]).forEach((line) => host.print(line));
    return 0;
  }
  return await task(host, rest) ?? 0;
}

/** All tasks, each with what it does. */
function helpLines(): string[] {
  const all = Object.entries({ ...configuredTasks, ...lookingTasks, ...usages });
  const rows = all.map(([name, { summary }]) => [name, summary]);
  return [
    "deno task TASK ...",
    "",
    ...section("Tasks", rows),
    "deno task TASK --help has more about each.",
  ];
}

function unknownTask(name: string | undefined): never {
  const names = Object.keys(tasks).join(", ");
  if (name === undefined) throw new ConfigError(`Cannot run: no task given, use one of ${names}`);
  const near = nearest(name, Object.keys(tasks));
  throw new ConfigError(
    `Cannot run "${name}": no such task; ${near ? `did you mean ${near}? ` : ""}Tasks: ${names}`,
  );
}

if (import.meta.main) await runProcess(main);
