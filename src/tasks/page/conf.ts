/** The project's configuration files as a line of JavaScript, which the page's worker begins with. */
import type { ConfigFiles } from "../../config/mod.ts";

/** Sets what `web/worker/conf_texts.ts` reads. */
export function confLine(files: ConfigFiles): string {
  return `globalThis.wgradConf = ${JSON.stringify(textsIn(files, ""))};\n`;
}

/** Texts of all files in a group and below, by path. */
function textsIn(files: ConfigFiles, group: string): Record<string, string> {
  const at = (name: string) => group === "" ? name : `${group}/${name}`;
  return Object.assign(
    Object.fromEntries(files.options(group).map((name) => [`${at(name)}.yaml`, files.read(at(name))!])),
    ...files.groups(group).map((name) => textsIn(files, at(name))),
  );
}
