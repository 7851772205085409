/** Plans a sweep: its jobs, its folder, and the file for resuming it. */

import { ConfigError } from "../base/errors.ts";
import { check } from "./check.ts";
import { Faults } from "./faults.ts";
import { formatYaml } from "./format.ts";
import { Sweep } from "./grammar/element.ts";
import { elementToNode, parseOverride } from "./grammar/override.ts";
import { hydraSchema } from "./hydra.ts";
import {
  composeConfig,
  type ConfigRequest,
  type ConfigWorld,
  isHydraOverride,
  resolveConfig,
  resolverOf,
} from "./load.ts";
import { isPathKey } from "./path_keys.ts";
import { expandSweep, type Job, quotedValue } from "./sweep.ts";
import { isList, isMap, merge, type Node, nodeAt, toData, toNode } from "./tree.ts";
import { readYamlMap } from "./yaml_reader.ts";

/** A sweep before it is run. */
export interface SweepPlan {
  /** The sweep's folder. */
  readonly folder: string;
  /** The overrides of each job, without those of `hydra`. */
  readonly jobs: readonly Job[];
  /** The overrides of `hydra`, shared by all jobs. */
  readonly hydra: readonly string[];
  /** `multirun.yaml`. */
  readonly text: string;
}

/**
 * Plans the jobs of a command line with sweeps.
 * @throws ConfigError with every fault that does not depend on a job
 */
export function planSweep(request: ConfigRequest, world: ConfigWorld): SweepPlan {
  const faults = new Faults();
  const composed = composeConfig({ ...request, isSweep: true }, world, faults);
  const { hydra: node } = resolveConfig(composed, world, new Faults());
  const hydra = check(hydraSchema, node, faults, { prefix: ["hydra"], missing: "allowed" });
  faults.throwIfAny();
  if (hydra === undefined) throw new ConfigError("Cannot plan a sweep because hydra.sweep is not given");
  const params = Object.entries(hydra.sweeper.params ?? {}).map(([key, value]) => `${key}=${value}`);
  const overrides = [...params, ...request.overrides].map((text) => parseOverride(text, isPathKey));
  const swept = overrides.find((override) => isHydraOverride(override) && override.value instanceof Sweep);
  if (swept) {
    throw new ConfigError(
      `Cannot sweep over ${swept.key} because it is about the sweep itself (${swept.text})`,
    );
  }
  const options = (group: string) => composed.search.options(group);
  const jobs = expandSweep(overrides.filter((override) => !isHydraOverride(override)), options);
  const folder = hydra.sweep.dir;
  const common = overrides.filter(isHydraOverride).map(({ text }) => text);
  const task = overrides.filter((override) => !isHydraOverride(override)).map(({ text }) => text);
  const facts = toNode({
    hydra: { sweep: { dir: folder }, overrides: { hydra: common, task }, runtime: { jobs } },
  }, "");
  return {
    folder,
    jobs,
    hydra: common,
    text: formatYaml(merge(composed.root, facts)),
  };
}

/** Reads a sweep from its `multirun.yaml`. @throws ConfigError if it cannot be read or is for another task */
export function readSweep(
  text: string,
  folder: string,
  task: string,
): { plan: SweepPlan; root: string; sources: readonly { provider: string; path: string }[] } {
  const name = `${folder}/multirun.yaml`;
  const root = readYamlMap(text, name);
  const at = (path: string): Node | undefined => nodeAt(root, ["hydra", ...path.split(".")]);
  const jobs = at("runtime.jobs");
  if (!isList(jobs) || !jobs.value.every(isList)) {
    throw new ConfigError(
      `Cannot resume ${folder} because ${name} names no jobs: was it written by another program?`,
    );
  }
  const ran = at("job.name")?.value;
  if (ran !== task) {
    throw new ConfigError(`Cannot resume ${folder} because it is a sweep of ${ran}: run deno task ${ran}`);
  }
  const texts = (node: Node | undefined) => isList(node) ? node.value.map(({ value }) => String(value)) : [];
  const sources = at("runtime.config_sources");
  return {
    plan: { folder, jobs: jobs.value.map(texts), hydra: texts(at("overrides.hydra")), text },
    root: String(at("job.config_name")?.value ?? "train"),
    sources: isList(sources) ? sources.value.filter(isMap).map((node) => toData(node) as never) : [],
  };
}

/**
 * The request for job `number`: a plain run in the job's own folder. Its overrides form a command line that
 * works on any machine.
 */
export function jobRequest(
  request: ConfigRequest,
  { folder, jobs, hydra }: SweepPlan,
  number: number,
  world: ConfigWorld,
): { request: ConfigRequest; folder: string } {
  const common = [...hydra, writePath("hydra.sweep.dir", folder), `hydra.job.num=${number}`];
  const composed = composeConfig(
    { ...request, overrides: [...jobs[number], ...common] },
    world,
    new Faults(),
  );
  const resolver = resolverOf(composed.root, world);
  const subfolder = String(resolver.select(["hydra", "sweep", "subdir"])?.value ?? number);
  const own = `${folder}/${subfolder}`;
  const overrides = [
    ...jobs[number],
    ...hydra,
    writePath("hydra.run.dir", own),
    `hydra.job.num=${number}`,
  ];
  return { request: { ...request, overrides }, folder: own };
}

/** `key=path` that reads back as the same path. */
function writePath(key: string, path: string): string {
  const plain = `${key}=${path}`;
  const { value } = parseOverride(plain, isPathKey);
  return elementToNode(value, plain).value === path ? plain : `${key}=${quotedValue(path)}`;
}
