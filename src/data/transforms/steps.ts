/** Turns the steps of a configured list into transforms. */
import type * as z from "zod";
import { ConfigError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";
import { readOptions } from "../../base/plugin.ts";
import { transforms } from "./mod.ts";
import type { Step, Transform, TransformPlugin } from "./transform.ts";

/** The step that converts levels to floats. The pipeline handles it, since it is not a transform of images. */
export const NORMALIZE = "normalize";

/** The names of the transforms that act on the normalised image. */
export function afterNormalize(): string[] {
  return Object.entries<TransformPlugin>(transforms).filter(([, plugin]) => plugin.afterNormalize)
    .map(([name]) => name);
}

/** A parsed step: its name, the given options, and the plug-in (absent for `normalize`). */
export interface NamedStep {
  readonly name: string;
  readonly given: unknown;
  readonly plugin: TransformPlugin | undefined;
}

/** Parses the step at `place`. @throws ConfigError if it names no transform, or more than one */
export function readStep(step: Step, place: string): NamedStep {
  const keys = typeof step === "string" ? [step] : Object.keys(step ?? {});
  if (keys.length !== 1) {
    const current = keys.length === 0 ? "none" : keys.map((key) => `"${key}"`).join(", ");
    throw new ConfigError(`Cannot read ${place}: it must name one transform, current names are ${current}`);
  }
  const [name] = keys;
  const known = [...Object.keys(transforms), NORMALIZE];
  if (!known.includes(name)) {
    const near = nearest(name, known);
    throw new ConfigError(
      `Cannot find transform "${name}" at ${place}: ${near ? `did you mean "${near}"? ` : ""}` +
        `Valid names are ${known.join(", ")}`,
    );
  }
  const plugin = (transforms as Readonly<Record<string, TransformPlugin>>)[name];
  return { name, given: typeof step === "string" ? {} : step[name] ?? {}, plugin };
}

/** Parses `given` with `schema`. @throws ConfigError for an option that is unknown or out of range */
export function parseOptions<Schema extends z.ZodType>(
  schema: Schema,
  given: unknown,
  place: string,
): z.output<Schema> {
  const read = readOptions(schema, given);
  if ("options" in read) return read.options;
  throw new ConfigError(`Cannot use ${[place, ...read.path].join(".")} because it ${read.fault}`);
}

/** The transform of a step that was parsed at `place`, and its options. @throws ConfigError for an invalid option */
export function makeStep(
  { name, given, plugin }: NamedStep & { readonly plugin: TransformPlugin },
  place: string,
  imageSize: number,
): { transform: Transform; parsed: Record<string, unknown> } {
  const parsed = parseOptions(plugin.options, given, `${place}.${name}`);
  const makeAll = (steps: readonly Step[]) =>
    steps.map((step, i) => makeNested(step, `${place}.${name}.transforms[${i}]`, imageSize));
  return { transform: plugin.make(parsed, { imageSize, makeAll }), parsed };
}

function makeNested(step: Step, place: string, imageSize: number): Transform {
  const { plugin, ...named } = readStep(step, place);
  if (plugin !== undefined && !plugin.afterNormalize) {
    return makeStep({ ...named, plugin }, place, imageSize).transform;
  }
  throw new ConfigError(
    `Cannot use ${named.name} at ${place}: it acts on the normalised image; move it out of the list, to the end`,
  );
}
