/** The files of a source that the page sends in parts, ahead of naming it. */
import { append } from "../../src/base/lists.ts";
import type { Handlers } from "../protocol/channel.ts";
import type { AheadCalls, GivenFiles, Source } from "../protocol/source.ts";

/** The call that brings them, and the source with them, which can be asked for once. */
export function filesAhead(): {
  readonly calls: Handlers<AheadCalls>;
  readonly withFiles: (source: Source) => Source;
} {
  const parts = new Map<number, GivenFiles[number][]>();
  return {
    calls: {
      ahead({ ahead, files }) {
        const all = parts.get(ahead) ?? [];
        append(all, files);
        parts.set(ahead, all);
      },
    },
    withFiles(source) {
      if (!("files" in source) || source.ahead === undefined) return source;
      const { ahead, ...others } = source, files = parts.get(ahead) ?? [];
      parts.clear(); // of what was given up meanwhile, too
      return { ...others, files };
    },
  };
}
