/** The workers that look at files: they get them in pieces that lie side by side. */
import { inPlaceOrder } from "../../src/data/files/place_order.ts";
import type { SeenFile } from "../../src/data/health/inspect.ts";
import type { FilePlace } from "../../src/data/types.ts";
import type { InspectCalls } from "../protocol/calls.ts";
import type { Preparation } from "../protocol/sees_calls.ts";
import { type Caller, caller, type Port } from "../protocol/channel.ts";

/** Files of one piece. */
const PIECE = 48;

/** Looks at files of a tree. */
export interface Inspectors {
  /** Calls `each` with what is seen in each file, as pieces end. */
  inspect(
    paths: readonly string[],
    place: (path: string) => FilePlace,
    each: (path: string, seen: SeenFile) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Has an image prepared; those with equal `turn` by the same worker, which remembers a few. */
  prepare(turn: number, what: Preparation, signal: AbortSignal): Promise<ImageBitmap>;
}

/** The workers behind these ports. */
export function inspectors(ports: readonly Port[]): Inspectors {
  const calls = ports.map((port) => caller<InspectCalls>(port));
  return {
    async inspect(wanted, place, each, signal) {
      const paths = inPlaceOrder(wanted, place);
      let next = 0;
      const work = async (call: Caller<InspectCalls>) => {
        while (next < paths.length) {
          const piece = paths.slice(next, next += PIECE);
          const seen = await call("inspect", piece.map(place), { signal });
          piece.forEach((path, i) => each(path, seen[i]));
        }
      };
      await Promise.all(calls.map(work));
    },
    prepare: (turn, what, signal) => calls[turn % calls.length]("prepare", what, { signal }),
  };
}
