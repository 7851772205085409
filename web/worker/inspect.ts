/** A worker that looks at files: it reads, decodes, measures and prepares them. */
import { inspectBytes } from "../../src/data/health/inspect.ts";
import { decodeImage, readingInOrder } from "../../src/host/browser.ts";
import type { InspectCalls } from "../protocol/calls.ts";
import type { Handlers } from "../protocol/channel.ts";
import { preparing } from "./sees/prepare.ts";

/** Files that are decoded at the same time. */
const AT_ONCE = 4;

/** Answers what an inspecting worker is asked. */
export function inspectCalls(): Handlers<InspectCalls> {
  return {
    async inspect(places, { signal }) {
      await using reading = readingInOrder(places);
      const seen = new Array(places.length);
      let next = 0;
      const work = async () => {
        while (next < places.length && !signal.aborted) {
          const at = next++;
          seen[at] = await inspectBytes(() => reading.read(places[at]), decodeImage);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return seen;
    },
    prepare: preparing(),
  };
}
