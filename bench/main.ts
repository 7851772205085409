/** `deno task bench COMMAND [--option value] ...`: measures the engine, alone and beside others. */
import { exitCode } from "../src/base/errors.ts";
import { runProcess } from "../src/host/deno.ts";
import { benchKernels } from "./kernels.ts";
import { OPTIONS, readOptions, refuseUnknown } from "./options.ts";
import { benchProbe } from "./probe.ts";
import { Report } from "./report.ts";
import { type BenchHost, closeSession, openSession, type Session } from "./session.ts";
import { benchStep } from "./step.ts";

/** A sub-command and what it measures. */
interface Command {
  readonly about: string;
  run(session: Session): Promise<void>;
}

const commands: Readonly<Record<string, Command>> = {
  probe: { about: "multiply-adds in registers and copied bytes: the 100 % of all else", run: benchProbe },
  kernels: {
    about: "each convolution of the models by pass, and the kernels that memory bounds",
    run: benchKernels,
  },
  step: {
    about: "whole training steps: speed, time by kernel family, the host's part, memory",
    run: benchStep,
  },
};

/** Runs one sub-command, or `all`; returns the exit code. */
export async function bench(host: BenchHost, args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || name === "--help") {
    help().forEach(host.print);
    return 0;
  }
  refuseUnknown(`sub-command "${name}"`, name, [...Object.keys(commands), "all"]);
  const options = readOptions(rest);
  const report = new Report(host.print);
  report.fact("command", args.join(" "));
  const session = await openSession(host, options, report);
  for (const command of name === "all" ? Object.keys(commands) : [name]) await commands[command].run(session);
  await closeSession(session);
  if (options.json !== undefined) {
    await host.writeAtomic(options.json, new TextEncoder().encode(report.json()));
  }
  return 0;
}

function help(): string[] {
  const lines = (entries: [string, string][]) => entries.map(([name, text]) => `  ${name.padEnd(12)}${text}`);
  return [
    "deno task bench COMMAND [--option value] ...",
    "",
    ...lines(Object.entries(commands).map(([name, { about }]) => [name, about])),
    ...lines([["all", "everything that this machine can run"]]),
    "",
    ...lines(Object.entries(OPTIONS).map(([name, text]) => [`--${name}`, text])),
  ];
}

if (import.meta.main) {
  await runProcess(async (args, host) => {
    try {
      return await bench(host, args);
    } catch (error) {
      const code = exitCode(error);
      console.error(code === 1 ? error : `${(error as Error).name}: ${(error as Error).message}`);
      return code;
    }
  });
}
