/** Inspects a configuration without running it: --cfg, --info and --help. */

import { textTable } from "../base/text_table.ts";
import { type ConfigRequest, type DefaultsResult, inspectConfig, SearchPath } from "../config/mod.ts";
import type { Host } from "../setup/host.ts";
import type { CommandLine } from "./command_line.ts";
import { helpLines } from "./help.ts";
import type { ConfiguredTask, LookingTask } from "./task.ts";

/**
 * Prints the requested view. Errors in the configuration are still raised after it is shown, but required values may
 * be missing.
 */
export function inspect(
  host: Host,
  task: ConfiguredTask | LookingTask,
  { flags }: CommandLine,
  request: ConfigRequest,
): number {
  if (flags.has("help")) {
    helpLines(task, new SearchPath(request.sources)).forEach((line) => host.print(line));
    return 0;
  }
  const looked = inspectConfig({ ...request, isSweep: flags.has("multirun") }, host.configWorld, {
    what: (flags.get("cfg") ?? "job") as "job",
    resolved: flags.has("resolve"),
    part: flags.get("package"),
  });
  const info = flags.get("info");
  const sections: Record<string, () => readonly string[]> = {
    searchpath: () => searchPathLines(looked.search),
    defaults: () => defaultsLines(looked.files),
    config: () => [
      ...searchPathLines(looked.search),
      "",
      ...defaultsLines(looked.files),
      "",
      looked.text.trimEnd(),
    ],
  };
  const lines = info === undefined ? [looked.text.trimEnd()] : sections[info]();
  lines.forEach((line) => host.print(line));
  if (looked.error) throw looked.error;
  return 0;
}

function searchPathLines({ sources }: SearchPath): string[] {
  const rows = sources.map(({ provider, files }) => [files.name, provider]);
  return textTable([["searched", "by"], ...rows], "all");
}

/** The files in the order in which they are merged. */
function defaultsLines(files: readonly DefaultsResult[]): string[] {
  const rows = files.map(({ file, package: home, parent, isSelf }) => [
    file.name,
    home || "(top)",
    parent ?? "(root)",
    isSelf ? "_self_" : "",
  ]);
  return textTable([["file (later ones override earlier ones)", "package", "named by", ""], ...rows], "all");
}
