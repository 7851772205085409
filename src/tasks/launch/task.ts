import type { Config } from "../../config/mod.ts";
import type { RunPlaces } from "../checkpoints.ts";
import type { Host } from "../host.ts";

/** What a run came to, for the summary of a sweep: "test/acc_top1" is 0.94. */
export type Outcome = ReadonlyMap<string, number>;

/** A task that takes a configuration. */
export interface ConfiguredTask {
  readonly name: string;
  /** One line for --help. */
  readonly summary: string;
  /** Refuses what the task cannot do, before anything is written. @throws ConfigError */
  check(config: Config): void;
  /** Where a run's files go, if not into `folder`: a resumed run goes on in the folder that it began in. */
  places?(host: Host, config: Config, folder: string, isJob: boolean): Promise<RunPlaces>;
  /** Runs in a folder of its own. Loaded when it is needed, so that looking at a configuration loads no engine. */
  run(host: Host, config: Config, places: RunPlaces): Promise<Outcome>;
}
