/**
 * Loads a checked configuration from a command line and files: compose, resolve, check. Each step can be
 * inspected.
 */

import { ConfigError } from "../base/errors.ts";
import type { KeyRules } from "./apply.ts";
import { withImageSize } from "./auto_size.ts";
import { refuseLanguageModel } from "./bridge/out_of_scope.ts";
import { isBridgeKey, translate } from "./bridge/translate.ts";
import { check } from "./check.ts";
import { compose, type Composition } from "./compose.ts";
import { Faults } from "./faults.ts";
import { withoutForeignKeys } from "./foreign_keys.ts";
import { Sweep } from "./grammar/element.ts";
import { elementToNode, type Override, overrideOrigin, parseOverride } from "./grammar/override.ts";
import { type HydraConfig, hydraDefaults, hydraSchema, withoutEffect } from "./hydra.ts";
import { escapeInterpolations } from "./interpolation/escape.ts";
import type { Expressions } from "./interpolation/expressions.ts";
import { Resolver } from "./interpolation/resolve.ts";
import type { Surroundings } from "./interpolation/resolvers.ts";
import { keeping, resolveKeeping, type ResolveTree } from "./kept.ts";
import type { Config } from "./config.ts";
import { configSchema } from "./schema/mod.ts";
import { hintForKey } from "./key_hints.ts";
import { isPathKey, withHome } from "./path_keys.ts";
import { SAVED_FORMAT } from "./saved_before.ts";
import { defaultAt } from "./schema_defaults.ts";
import { schemaAt } from "./schema_walk.ts";
import { type ConfigFiles, type ConfigSource, SearchPath } from "./search_path.ts";
import { elementText } from "./sweep.ts";
import { isList, isMap, mapNode, merge, type Node, nodeAt, toNode } from "./tree.ts";

/** What configurations need from their environment. */
export interface ConfigWorld extends Surroundings {
  /** The folder in which the command was started. */
  readonly cwd: string;
  /** The files of a folder. @throws ConfigError if there is no such folder */
  openConfigFolder(path: string): ConfigFiles;
}

/** A request for one configuration. */
export interface ConfigRequest {
  /** Folders to search, in order. */
  readonly sources: readonly ConfigSource[];
  /** The root file, without .yaml. */
  readonly root: string;
  readonly overrides: readonly string[];
  /** The task to run; names the log. */
  readonly task: string;
  /** True for an entire sweep: overrides with several values are omitted. */
  readonly isSweep?: boolean;
}

/** A composed tree before its interpolations are resolved. */
export interface Composed {
  readonly search: SearchPath;
  readonly composition: Composition;
  readonly overrides: readonly Override[];
  /** The root file, without .yaml. */
  readonly rootName: string;
  /** The full tree, including `hydra`. */
  readonly root: Node;
}

/** A checked configuration and its sources. */
export interface Loaded {
  readonly config: Config;
  readonly hydra: HydraConfig;
  /** The run's folder. */
  readonly folder: string;
  /** One line for each thing that was accepted but has no effect. */
  readonly notes: readonly string[];
  readonly composed: Composed;
}

/** All keys, including those of `hydra`. */
const wholeSchema = configSchema.extend({ hydra: hydraSchema });

const schemaRules: KeyRules = {
  isKnown(path, root) {
    const above = path.map((_, depth) => nodeAt(root, path.slice(0, depth)));
    // A key of any kind is accepted: a later override may choose that kind. The final tree is checked for it.
    return isBridgeKey(path, above) || schemaAt(wholeSchema, path) !== undefined;
  },
  defaultAt: (path, root) => defaultAt(configSchema, path, root),
  hint(path, depth, root) {
    return hintForKey(path[0] === "hydra" ? wholeSchema : configSchema, path, depth, root);
  },
};

/** Composes, resolves and checks. @throws ConfigError that names every fault */
export function load(request: ConfigRequest, world: ConfigWorld): Loaded {
  const faults = new Faults();
  const composed = composeConfig(request, world, faults);
  const { app, hydra: hydraNode, notes } = resolveConfig(composed, world, faults);
  const hydra = check(hydraSchema, hydraNode, faults, { prefix: ["hydra"] });
  const config = check(configSchema, app, faults);
  faults.throwIfAny();
  if (config === undefined || hydra === undefined) throw new ConfigError("Cannot use this configuration");
  const kept = { config: keeping(config, app), hydra: keeping(hydra, hydraNode) };
  return { ...deepFreeze(kept), folder: hydra.run.dir, notes, composed };
}

/** The composed tree; faults are collected. */
export function composeConfig(request: ConfigRequest, world: ConfigWorld, faults: Faults): Composed {
  const parsed = request.overrides.flatMap((text) =>
    faults.attempt(() => [parseOverride(text, isPathKey)], overrideOrigin(text)) ?? []
  );
  const overrides = parsed.filter(({ value }) => !(request.isSweep && value instanceof Sweep));
  const search = withSearchPath(request, world, overrides);
  const composition = compose(search, request.root, overrides, faults, schemaRules);
  const root = withHydra(request, world, search, composition, overrides);
  return { search, composition, overrides, rootName: request.root, root };
}

/** The tree with interpolations resolved and translated to our format, in two parts. */
export function resolveConfig(
  { search, root, rootName, composition: { ignored } }: Composed,
  world: ConfigWorld,
  faults: Faults,
): { app: Node; hydra: Node; notes: readonly string[] } {
  refuseLanguageModel(rootName, withoutHydra(root));
  const resolve: ResolveTree = (surroundings, faults, expressions) => {
    const there = { ...surroundings, cwd: world.cwd };
    const placed = faults.attempt(() => withOutputDir(root, there, expressions)) ?? root;
    return resolverOf(placed, there, expressions).all(faults);
  };
  const home = world.env("HOME");
  const resolved = withHome(resolveKeeping(resolve, world, faults), home);
  const { root: translated, dropped, notes: translations } = translate(
    withoutHydra(resolved),
    rootName,
    faults,
  );
  const writerOf = (origin: string) => search.writerOf(origin);
  const { root: own, keptByRun } = withoutForeignKeys(
    configSchema,
    withHome(translated, home),
    writerOf,
    faults,
  );
  const { root: app, notes: sizes } = withImageSize(own, writerOf, faults);
  const hydra = nodeAt(resolved, ["hydra"]) ?? mapNode([], "");
  const names = [...ignored, ...withoutEffect(hydra), ...dropped];
  const notes = [
    ...(names.length === 0 ? [] : [`${names.join(", ")}: accepted, but without effect here`]),
    ...translations,
    ...sizes,
    ...search.passed,
    ...(keptByRun.length === 0 ? [] : [
      `${
        keptByRun.join(", ")
      }: left out, because this run's configuration has them for kinds that it did not use`,
    ]),
  ];
  return { app, hydra, notes };
}

/** Creates a resolver for a composed tree; interpolations can also refer to keys with defaults. */
export function resolverOf(root: Node, world: Surroundings, expressions?: Expressions): Resolver {
  return new Resolver(root, world, (path) => defaultAt(configSchema, path, root), expressions);
}

/** The tree without the part `hydra`. */
export function withoutHydra(root: Node): Node {
  const entries = isMap(root) ? [...root.value] : [];
  return { ...root, value: new Map(entries.filter(([key]) => key !== "hydra")) };
}

/** The folders of the request and of `hydra.searchpath`, from the root file or the command line. */
function withSearchPath(
  { sources, root }: ConfigRequest,
  world: ConfigWorld,
  overrides: readonly Override[],
): SearchPath {
  const search = new SearchPath(sources, root);
  const given = overrides.find(({ key }) => key === "hydra.searchpath");
  const node = given
    ? elementToNode(given.value, given.text)
    : nodeAt(search.load(root)?.values, ["hydra", "searchpath"]);
  if (node === undefined) return search;
  const paths = isList(node) ? node.value.map(({ value }) => value) : [node.value];
  return new SearchPath([
    ...sources,
    ...paths.map((path) => {
      if (typeof path !== "string") {
        throw new ConfigError(
          `Cannot use hydra.searchpath because it must be a list of folders (${node.origin})`,
        );
      }
      return { provider: "hydra.searchpath", files: world.openConfigFolder(path.replace(/^file:\/\//, "")) };
    }),
  ], root);
}

/** The composed tree with Hydra's own keys: files override defaults, and facts override files. */
function withHydra(
  { root: name, task, isSweep }: ConfigRequest,
  { cwd }: ConfigWorld,
  { sources }: SearchPath,
  { root, options }: Composition,
  overrides: readonly Override[],
): Node {
  const origin = "Hydra's defaults";
  const own = { mode: isSweep ? "MULTIRUN" : "RUN", job: { name: task, config_name: name } };
  const ofTask = overrides.filter((override) => !isHydraOverride(override));
  const facts = {
    overrides: {
      hydra: overrides.filter(isHydraOverride).map(({ text }) => escapeInterpolations(text)),
      task: ofTask.map(({ text }) => escapeInterpolations(text)),
    },
    job: { override_dirname: escapeInterpolations(dirname(ofTask)) },
    runtime: {
      version: SAVED_FORMAT,
      cwd,
      choices: Object.fromEntries(options),
      config_sources: sources.map(({ provider, files }) => ({ provider, path: files.name })),
    },
  };
  const below = merge(toNode(hydraDefaults, origin), toNode(own, origin));
  const hydra = merge(below, nodeAt(root, ["hydra"]) ?? mapNode([], origin));
  return merge(root, mapNode([["hydra", merge(hydra, toNode(facts, origin))]], origin));
}

/** True for an override of Hydra's own keys, which a sweep cannot vary. */
export function isHydraOverride({ key }: Override): boolean {
  return key.startsWith("hydra.") || key.startsWith("hydra/");
}

/** The overrides as one word, for folder names. */
function dirname(overrides: readonly Override[]): string {
  const words = overrides.map(({ key, value }) =>
    `${key}=${value === undefined || value instanceof Sweep ? "" : elementText(value)}`
  );
  return words.sort().join(",");
}

/** Sets `hydra.runtime.output_dir`: the absolute path of the run's folder. */
function withOutputDir(
  root: Node,
  world: Surroundings & { readonly cwd: string },
  expressions?: Expressions,
): Node {
  const folder = String(resolverOf(root, world, expressions).select(["hydra", "run", "dir"])?.value ?? "");
  const isWhole = folder.startsWith("/") || expressions?.isFirst(folder);
  const whole = isWhole ? folder : `${world.cwd}/${folder}`;
  return merge(
    root,
    toNode({ hydra: { runtime: { output_dir: escapeInterpolations(whole) } } }, "Hydra's defaults"),
  );
}

/** Freezes `root` and everything below it. */
function deepFreeze<T>(root: T): T {
  if (typeof root === "object" && root !== null && !Object.isFrozen(root)) {
    Object.freeze(root);
    Object.values(root).forEach(deepFreeze);
  }
  return root;
}
