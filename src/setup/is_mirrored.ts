import type { Config } from "../config/mod.ts";

/** True if the training transforms mirror images left to right, at any depth of nested lists. */
export function isMirrored({ transforms }: Pick<Config, "transforms">): boolean {
  return mirrors(transforms.train);
}

function mirrors(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, options]) =>
    name === "random_horizontal_flip" ? (options as { p?: number } | null)?.p !== 0 : mirrors(options)
  );
}
