/** The optimisers that a configuration can name. A new one is a file beside this one and a line in this literal. */
import { adamw } from "./adamw.ts";

/** All optimisers by name. */
export const optimizers = { adamw } as const;
