/** The project's configuration files, which the page's worker carries: `deno task page` puts them ahead of it. */
import { type ConfigFiles, memoryConfigFiles } from "../../src/config/mod.ts";

declare global {
  /** Texts of conf/ by path. */
  var wgradConf: Readonly<Record<string, string>> | undefined;
}

/** The files of `conf/`. */
export function ownConfig(): ConfigFiles {
  return memoryConfigFiles("conf", new Map(Object.entries(globalThis.wgradConf ?? {})));
}
