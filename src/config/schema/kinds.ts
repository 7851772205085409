/**
 * Groups whose key `name` chooses a kind: a union with one member for each plug-in in a registry, which has
 * the keys shared by all kinds and its own. Each default is therefore written only once, next to its plug-in.
 */

import * as z from "zod";

type Plugins = Readonly<Record<string, { readonly options: z.ZodObject }>>;

type Kind<Name extends string, Options extends z.ZodObject, Shared> = z.ZodObject<
  { name: z.ZodLiteral<Name> } & Options["shape"] & Shared,
  z.core.$strict
>;

type Kinds<Registry extends Plugins, Shared> = {
  [Name in keyof Registry & string]: Kind<Name, Registry[Name]["options"], Shared>;
}[keyof Registry & string];

/** The schema of a group: a union of its kinds. A group that is omitted is an empty map. */
export type KindsSchema<Registry extends Plugins, Shared> = z.ZodPrefault<
  z.ZodDiscriminatedUnion<Kinds<Registry, Shared>[], "name">
>;

/** How to build a group from its registry. */
export interface KindsOptions<Name extends string, Shared extends z.core.$ZodLooseShape> {
  /** What the key `name` chooses, for --help. */
  readonly name: string;
  /** Keys that every kind has. */
  readonly shared: Shared;
  /** The kind if no name is given; without a fallback, the name is required. */
  readonly fallback?: Name;
}

/** The schema of a group. */
export function kindsOf<Registry extends Plugins, Shared extends z.core.$ZodLooseShape>(
  registry: Registry,
  { name, shared, fallback }: KindsOptions<keyof Registry & string, Shared>,
): KindsSchema<Registry, Shared> {
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
  return union as unknown as KindsSchema<Registry, Shared>;
}
