/** The part of a configuration that concerns the run itself: Hydra's own keys, below `hydra`. */

import * as z from "zod";
import { pathSchema } from "../base/path_schema.ts";
import type { Keeping } from "./kept.ts";
import { type Data, type Node, nodeAt } from "./tree.ts";

const text = z.union([z.string(), z.number()]).transform(String);
const names = z.array(text);
/** Parts of Hydra without meaning here: any value is accepted, and none has an effect. */
const anything = z.unknown().optional();

/** Hydra's keys that have a meaning here; the values of a job are filled in before it runs. */
export const hydraSchema = z.strictObject({
  mode: z.enum(["RUN", "MULTIRUN"]).nullable().describe("RUN, or MULTIRUN with -m"),
  searchpath: names.describe(
    "More folders of configuration files; in the root file or on the command line only",
  ),
  run: z.strictObject({ dir: pathSchema().describe("Folder of a run") }).describe("A single run"),
  sweep: z.strictObject({
    dir: pathSchema().describe("Folder of a sweep"),
    subdir: text.describe("Folder of a job in it"),
  }).describe("A sweep, with -m"),
  sweeper: z.strictObject({
    params: z.record(z.string(), z.unknown()).nullable().default(null).describe(
      "Sweeps besides the command line's",
    ),
    max_batch_size: z.int().min(1).nullable().default(null).describe("Without effect: jobs run one by one"),
    _target_: anything,
  }).describe("What a sweep varies"),
  output_subdir: text.describe("Where a run keeps its configuration"),
  overrides: z.strictObject({ hydra: names, task: names }).describe("The command line (filled in)"),
  job: z.strictObject({
    name: text.describe("The task; names the log file"),
    chdir: z.literal(false).nullable().describe("Runs stay in the folder that they are started in"),
    override_dirname: text.describe("The overrides in one word (filled in)"),
    id: text.describe("The job's number as text (filled in)"),
    num: z.int().min(0).describe("The job's number in its sweep, from 0 (filled in)"),
    config_name: text.describe("The root file (filled in)"),
    env_set: anything,
    env_copy: anything,
    config: z.strictObject({
      override_dirname: z.strictObject({ kv_sep: text, item_sep: text, exclude_keys: names }),
    }).describe("How override_dirname is made"),
  }).describe("The job"),
  runtime: z.strictObject({
    version: text.optional().describe("The format of saved configurations (filled in)"),
    cwd: text.describe("The folder that the command was started in"),
    output_dir: text.describe("The run's folder, from the root of the file system"),
    choices: z.record(z.string(), z.unknown()).describe("The option of each group"),
    config_sources: z.array(z.unknown()).describe("The folders of the configuration"),
    jobs: z.array(names).optional().describe("Overrides of each job of a sweep"),
  }).describe("Facts of this run (filled in)"),
  verbose: anything,
  launcher: anything,
  callbacks: anything,
  help: anything,
  hydra_help: anything,
  hydra_logging: anything,
  job_logging: anything,
  env: anything,
  output: anything,
});

/** A checked part `hydra`. */
export type HydraConfig = z.output<typeof hydraSchema> & Keeping;

/** True for a job of a sweep, on whichever machine it runs: its command line gives the job's number. */
export function isJob({ overrides }: HydraConfig): boolean {
  return overrides.hydra.some((text) => text.startsWith("hydra.job.num="));
}

/** The part `hydra` before any file has been read. */
export const hydraDefaults: Data = {
  mode: null,
  searchpath: [],
  run: { dir: "outputs/${now:%Y-%m-%d}/${now:%H-%M-%S}" },
  sweep: { dir: "outputs/multirun/${now:%Y-%m-%d}/${now:%H-%M-%S}", subdir: "${hydra.job.num}" },
  sweeper: { params: null, max_batch_size: null },
  output_subdir: ".hydra",
  overrides: { hydra: [], task: [] },
  job: {
    name: "train",
    chdir: null,
    override_dirname: "",
    id: "${hydra.job.num}",
    num: 0,
    config_name: "train",
    config: { override_dirname: { kv_sep: "=", item_sep: ",", exclude_keys: [] } },
  },
  runtime: { cwd: "", output_dir: "", choices: {}, config_sources: [] },
};

/** Keys below `hydra` that are accepted but have no effect. */
const WITHOUT_EFFECT = [
  "verbose",
  "launcher",
  "callbacks",
  "help",
  "hydra_help",
  "hydra_logging",
  "job_logging",
  "env",
  "output",
  "sweeper._target_",
  "job.env_set",
  "job.env_copy",
];

/** The keys in a part `hydra` that have no effect: `hydra.verbose`. */
export function withoutEffect(hydra: Node | undefined): string[] {
  return WITHOUT_EFFECT.filter((key) => nodeAt(hydra, key.split(".")) !== undefined).map((key) =>
    `hydra.${key}`
  );
}

/** True for Hydra's groups for launchers, loggers and the like, none of which exist here. */
export function isHydraGroup(group: string): boolean {
  return group.startsWith("hydra/");
}
