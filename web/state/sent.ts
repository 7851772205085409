/** Sends what the user gave to a worker: many files in parts, as each costs the main thread a message to another process. */
import type { AheadCalls, Source } from "../protocol/source.ts";
import type { CallOptions } from "../protocol/channel.ts";

/** Files of one part. */
const PART = 200;

let last = 0;

/** Sends the files of a source by `call`; returns it as it is to be named to that worker. */
export async function sent(
  call: (name: "ahead", params: AheadCalls["ahead"]["params"], options?: CallOptions<never>) => Promise<void>,
  given: Source,
  signal?: AbortSignal,
): Promise<Source> {
  if (!("files" in given) || given.files.length <= PART) return given;
  const ahead = ++last;
  for (let from = 0; from < given.files.length; from += PART) {
    const files = given.files.slice(from, from + PART);
    await call("ahead", { ahead, files }, { ...(signal && { signal }) });
  }
  return { ...given, files: [], ahead };
}
