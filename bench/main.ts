/** `deno task bench COMMAND[,COMMAND] [--option value] ...`: measures the engine, alone and compared to others. */
import { InterruptedError } from "../src/base/errors.ts";
import { asksForHelp } from "../src/launch/flags.ts";
import { runProcess } from "../src/host/deno.ts";
import { benchData } from "./data.ts";
import { benchKernels } from "./kernels.ts";
import { OPTIONS, type Options, readOptions, refuseUnknown } from "./options.ts";
import { benchMpi } from "./mpi.ts";
import { benchPeers } from "./peers.ts";
import { benchProbe } from "./probe.ts";
import { benchRates } from "./rates.ts";
import { Report } from "./report.ts";
import { requireFolderOf } from "../src/setup/output_file.ts";
import { type BenchHost, closeSession, isLeftOut, openSession, type Session } from "./session.ts";
import { benchStep } from "./step.ts";
import { benchTorch } from "./torch.ts";

/** A sub-command and what it measures. */
interface Command {
  readonly about: string;
  run(session: Session): Promise<void>;
}

/** In the order of `all`: what tells most comes first, in case the time is short. */
const commands: Readonly<Record<string, Command>> = {
  probe: {
    about: "multiply-adds in registers and copied bytes: the 100 % for all other measurements",
    run: benchProbe,
  },
  step: {
    about: "complete training steps: speed, time by kernel family, the host's share, memory",
    run: benchStep,
  },
  torch: { about: "the step in PyTorch, if Python has torch, next to wgrad's own", run: benchTorch },
  kernels: {
    about: "each convolution of the models by pass, and the memory-bound kernels",
    run: benchKernels,
  },
  peers: {
    about: "a convolution and two networks' steps in tfjs and jax-js, alternating with wgrad",
    run: benchPeers,
  },
  mpi: {
    about: "the sum of a model's gradients over two ranks, next to a bare MPI_Allreduce",
    run: benchMpi,
  },
  data: {
    about: "decoding, caches and memory of the input pipeline, on the dataset of --data",
    run: benchData,
  },
  rates: {
    about: "images a second of many networks, training and predicting, at one size",
    run: benchRates,
  },
};

/** Runs sub-commands, or `all`; returns the exit code. */
export async function bench(host: BenchHost, args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "help" || asksForHelp(args)) {
    help().forEach((line) => host.print(line));
    return 0;
  }
  const names = name === "all" ? Object.keys(commands) : name.split(",");
  for (const name of names) refuseUnknown(`sub-command "${name}"`, name, [...Object.keys(commands), "all"]);
  const options = readOptions(rest);
  await requireFolderOf(host, "--json", options.json);
  const report = new Report(host.print);
  report.fact("command", args.join(" "));
  await measure(host, options, report, names);
  return 0;
}

/** Runs the sub-commands; the file contains what was measured even if a later one fails or is interrupted. */
async function measure(
  host: BenchHost,
  options: Options,
  report: Report,
  names: readonly string[],
): Promise<void> {
  try {
    const session = await openSession(host, options, report);
    const work = async () => {
      for (const name of names) {
        if (!isLeftOut(session, name)) await commands[name].run(session);
      }
      await closeSession(session);
    };
    await Promise.race([work(), interruption(host.signal)]);
  } finally {
    if (options.json) await host.writeAtomic(options.json, new TextEncoder().encode(report.json()));
  }
}

/** Rejects when the process is asked to stop. */
function interruption(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener(
      "abort",
      () => reject(new InterruptedError("Stopped before everything was measured")),
    );
  });
}

function help(): string[] {
  const lines = (entries: [string, string][]) => entries.map(([name, text]) => `  ${name.padEnd(12)}${text}`);
  return [
    "deno task bench COMMAND[,COMMAND] [--option value] ...",
    "",
    ...lines(Object.entries(commands).map(([name, { about }]) => [name, about])),
    ...lines([["all", "everything that this machine can run"]]),
    "",
    ...lines(Object.entries(OPTIONS).map(([name, text]) => [`--${name}`, text])),
  ];
}

if (import.meta.main) await runProcess((args, host) => bench(host, args));
