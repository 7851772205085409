/** The project's configuration files, which the page's worker carries. */
import { type ConfigFiles, memoryConfigFiles } from "../../src/config/mod.ts";
import { confTexts } from "../worker/conf_texts.ts";

/** The files of `conf/`. */
export function ownConfig(): ConfigFiles {
  return memoryConfigFiles("conf", confTexts());
}
