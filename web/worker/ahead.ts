/** The files of a source that the page sends in parts, ahead of opening it. */
import { append } from "../../src/base/lists.ts";
import type { DatasetCalls } from "../protocol/calls.ts";
import type { Handlers } from "../protocol/channel.ts";
import type { GivenFiles, Source } from "../protocol/source.ts";

/** The call that brings them, and the source with them. */
export function filesAhead(): {
  readonly calls: Pick<Handlers<DatasetCalls>, "ahead">;
  readonly withFiles: (source: Source) => Source;
} {
  const all: GivenFiles[number][] = [];
  return {
    calls: {
      ahead({ from, files }) {
        all.length = from;
        append(all, files);
      },
    },
    withFiles: (source) => source.kind === "files" ? { ...source, files: [...all] } : source,
  };
}
