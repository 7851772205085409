/**
 * Groups whose key `name` chooses a kind: a union with one member for each plug-in in a registry, which has
 * the keys shared by all kinds and its own. Each default is therefore written only once, next to its plug-in.
 */

import * as z from "zod";

type Plugins = Readonly<Record<string, { readonly options: z.ZodObject }>>;

/** A group: the name of its kind, what is known of the options of every kind, and the keys that all kinds share. */
type Choice<Registry extends Plugins, Shared extends z.core.$ZodLooseShape> =
  & { readonly name: keyof Registry & string }
  & z.output<Registry[keyof Registry]["options"]>
  & z.output<z.ZodObject<Shared>>;

/** How to build a group from its registry. */
export interface KindsOptions<Name extends string, Shared extends z.core.$ZodLooseShape> {
  /** What the key `name` chooses, for --help. */
  readonly name: string;
  /** Keys that every kind has. */
  readonly shared: Shared;
  /** The kind if no name is given; without a fallback, the name is required. */
  readonly fallback?: Name;
}

/** The schema of a group. A group that is omitted is an empty map. */
export function kindsOf<Registry extends Plugins, Shared extends z.core.$ZodLooseShape>(
  registry: Registry,
  { name, shared, fallback }: KindsOptions<keyof Registry & string, Shared>,
): z.ZodType<Choice<Registry, Shared>> {
  const members = Object.entries(registry).map(([kind, { options }]) => {
    const literal = z.literal(kind);
    const chooser = kind === fallback ? literal.optional().default(kind) : literal;
    return z.strictObject({ name: chooser.describe(name), ...options.shape, ...shared })
      // Rules that involve several options.
      .check(...(options.def.checks ?? []) as unknown as z.core.CheckFn<unknown>[])
      .describe(options.description ?? "");
  });
  const [first, ...others] = members;
  const union = z.discriminatedUnion("name", [first, ...others]).prefault({} as never);
  return union as unknown as z.ZodType<Choice<Registry, Shared>>;
}
