import type { Ranks } from "../base/ranks.ts";
import type { Config } from "../config/mod.ts";
import type { Host } from "../setup/host.ts";
import type { RunPlaces } from "../setup/run_places.ts";
import type { CommandLine } from "./command_line.ts";
import type { Flags } from "./flags.ts";

/** The metrics of a run for the summary of a sweep: "test/acc_top1" is 0.94. */
export type Outcome = ReadonlyMap<string, number>;

/** Common properties of tasks that take a configuration. */
interface AnyTask {
  readonly name: string;
  /** One line for --help. */
  readonly summary: string;
  /** Expands the command line to overrides, for tasks that accept other arguments. */
  overrides?(host: Host, line: CommandLine): Promise<readonly string[]>;
  /** Rejects what the task cannot do, before anything is written. @throws ConfigError */
  check(config: Config): void;
  /** Flags of the task, by long name. */
  readonly flags?: Flags;
}

/** A task that takes a configuration and produces a run. */
export interface ConfiguredTask extends AnyTask {
  /** Opens the ranks of the launch, for tasks that run on several; by default each process runs by itself. */
  openRanks?(host: Host, config: Config): Promise<Ranks>;
  /** Where a run's files go, if that is not just `folder` or a name beside it: a resumed run goes on in its own. */
  places?(host: Host, config: Config, folder: string, isJob: boolean): Promise<RunPlaces>;
  /** Runs in its own folder; `given` are its flags on the command line. Loaded on demand, so that inspecting a configuration loads no engine. */
  run(
    host: Host,
    config: Config,
    places: RunPlaces,
    ranks: Ranks,
    given?: ReadonlyMap<string, string>,
  ): Promise<Outcome>;
}

/** A task that takes a configuration and produces no run; it inspects, and writes only what its flags name. */
export interface LookingTask extends AnyTask {
  /** `given` are its flags on the command line, `notes` are notes about the configuration. */
  look(
    host: Host,
    config: Config,
    given: ReadonlyMap<string, string>,
    notes: readonly string[],
  ): Promise<void>;
}
