/**
 * Plug-ins: what a configuration chooses by name. Each is a file with its options and its factory, and a line in the
 * registry literal of its folder's `mod.ts`.
 */
import type * as z from "zod";
import { nearest } from "./nearest.ts";
import { requirement } from "./requirement.ts";

/** Options by a strict schema, and what is made of them. `Context` is what the factory may know beyond them. */
export interface Plugin<Options extends z.ZodObject, Context, Made> {
  /** Its description is a line for --help, and so are those of its keys. */
  readonly options: Options;
  make(options: z.output<Options>, context: Context): Made;
}

/** Ties a plug-in's options to the argument of its factory. */
export function definePlugin<Options extends z.ZodObject, Context, Made>(
  plugin: Plugin<Options, Context, Made>,
): Plugin<Options, Context, Made> {
  return plugin;
}

/** A folder's plug-ins by name. */
export type Registry<Context, Made> = Readonly<Record<string, Plugin<z.ZodObject, Context, Made>>>;

/** Plug-ins by name with their options; null or omitted: not chosen. */
export type ChosenPlugins<Name extends string = string> = {
  readonly [name in Name]?: Readonly<Record<string, unknown>> | null | undefined;
};

/**
 * What the plug-in `name` makes of `given`, with its defaults for options that are left out. `what` is what messages
 * call it: a schedule, a loss.
 *
 * @throws RangeError if there is no such plug-in, or an option is unknown or out of range
 */
export function makeByName<Context, Made>(
  what: string,
  registry: Registry<Context, Made>,
  name: string,
  given: unknown,
  context: Context,
): Made {
  if (!Object.hasOwn(registry, name)) {
    const names = Object.keys(registry), near = nearest(name, names);
    throw new RangeError(
      `Cannot make ${what} "${name}" because it must be one of ${names.join(", ")}` +
        (near === undefined ? "" : `: did you mean "${near}"?`),
    );
  }
  const plugin = registry[name];
  const read = readOptions(plugin.options, given);
  if ("options" in read) return plugin.make(read.options, context);
  throw new RangeError(`Cannot make ${what} "${name}" because ${read.path.join(".")} ${read.fault}`);
}

/** Options that were given, checked and with their defaults, or the path of a key and what is wrong with it. */
export type ReadOptions<Schema extends z.ZodType> =
  | { readonly options: z.output<Schema> }
  | { readonly path: readonly PropertyKey[]; readonly fault: string };

/** Checks `given` by `schema`. A fault reads on from the key: "must be more than 0, current value is 0". */
export function readOptions<Schema extends z.ZodType>(schema: Schema, given: unknown): ReadOptions<Schema> {
  const result = schema.safeParse(given, { error: requirement });
  if (result.success) return { options: result.data };
  const [issue] = result.error.issues;
  if (issue.code === "unrecognized_keys") {
    const [key] = issue.keys;
    return { path: [...issue.path, key], fault: `is not an option${optionsHint(schema, key)}` };
  }
  const value = issue.path.reduce<unknown>(
    (part, key) => (part as Record<PropertyKey, unknown>)?.[key],
    given,
  );
  const current = value === undefined ? "is missing" : `is ${JSON.stringify(value)}`;
  return { path: issue.path, fault: `${issue.message}, current value ${current}` };
}

function optionsHint(schema: z.ZodType, key: string): string {
  const known = Object.keys((schema as { shape?: object }).shape ?? {});
  const near = nearest(key, known);
  const hint = near === undefined ? "" : ` did you mean "${near}"?`;
  return `:${hint} Options: ${known.join(", ") || "none"}`;
}
