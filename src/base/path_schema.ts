/** The values of keys that hold a path: they are taken as they stand, without a grammar of their own. */
import * as z from "zod";

/** A path on this machine; `~/` is the home folder. `fault` is what to say where there is none. */
export function pathSchema(fault?: string): z.ZodString {
  return z.string(fault).min(1).meta({ holds: "path" });
}

/** True for a {@link pathSchema}, however it is described. */
export function isPathSchema(schema: z.core.$ZodType): boolean {
  return z.globalRegistry.get(schema)?.holds === "path";
}
