import type { Config } from "../config/mod.ts";
import type { RunPlaces } from "../setup/checkpoints.ts";
import type { Host } from "../setup/host.ts";
import type { Flags } from "./command_line.ts";

/** What a run came to, for the summary of a sweep: "test/acc_top1" is 0.94. */
export type Outcome = ReadonlyMap<string, number>;

/** What tasks that take a configuration have in common. */
interface AnyTask {
  readonly name: string;
  /** One line for --help. */
  readonly summary: string;
  /** What the command line stands for, where a task takes more than overrides. */
  overrides?(host: Host, overrides: readonly string[]): Promise<readonly string[]>;
  /** Refuses what the task cannot do, before anything is written. @throws ConfigError */
  check(config: Config): void;
  /** Flags of its own, by long name. */
  readonly flags?: Flags;
}

/** A task that takes a configuration and leaves a run behind. */
export interface ConfiguredTask extends AnyTask {
  /** Where a run's files go, if not into `folder`: a resumed run goes on in the folder that it began in. */
  places?(host: Host, config: Config, folder: string, isJob: boolean): Promise<RunPlaces>;
  /** Runs in a folder of its own. Loaded when it is needed, so that looking at a configuration loads no engine. */
  run(host: Host, config: Config, places: RunPlaces): Promise<Outcome>;
}

/** A task that takes a configuration and leaves no run behind: it looks, and writes what its own flags name. */
export interface LookingTask extends AnyTask {
  /** `given` are its own flags on the command line, `notes` what there is to say about the configuration. */
  look(
    host: Host,
    config: Config,
    given: ReadonlyMap<string, string>,
    notes: readonly string[],
  ): Promise<void>;
}
