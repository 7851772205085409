/** --help: flags, groups with their options, and every key with its type, default and one line. */

import {
  type ConfigFiles,
  configSchema,
  type KeyRow,
  type KeyTable,
  keyTables,
  mixingOptions,
  SearchPath,
  transformOptions,
} from "../config/mod.ts";
import { flags } from "./command_line.ts";
import type { ConfiguredTask, LookingTask } from "./task.ts";
import { flagRows, section } from "./usage.ts";

/** The text of --help, line by line. */
export function helpLines(task: ConfiguredTask | LookingTask, search: SearchPath): string[] {
  const files = search.sources.map((source) => source.files);
  return [
    `deno task ${task.name} [flags] [group=option] [key=value] ...`,
    "",
    `${task.summary}.`,
    "",
    "  a.b=1 changes a key, +a.b=1 adds one, ++a.b=1 does either, ~a.b takes it away; group=option chooses a file.",
    "",
    ...section("Flags", flagRows({ ...task.flags, ...flags })),
    ...section("Roots, chosen with --config-name", optionRows(search, "", files)),
    ...search.groups().flatMap((group) => section(`Group ${group}`, optionRows(search, group, files))),
    "Keys, with their defaults and what they take",
    ...keyTables(configSchema).flatMap(tableLines),
    "",
    ...section(
      "Transforms, in the lists transforms.train and transforms.eval",
      listedRows(transformOptions()),
    ),
    ...section("Ways to mix a batch, in the list transforms.batch", listedRows(mixingOptions())),
  ];
}

function optionRows(search: SearchPath, group: string, files: readonly ConfigFiles[]): string[][] {
  return search.options(group).map((option) => {
    const path = group === "" ? option : `${group}/${option}`;
    const text = files.map((folder) => folder.read(path)).find((found) => found !== undefined) ?? "";
    return [group === "" ? option : `${group}=${option}`, firstSentence(text)];
  });
}

/** The first sentence of a file's leading comment. */
function firstSentence(text: string): string {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("#"));
  const comment = lines.slice(0, end).map((line) => line.replace(/^#\s?/, "")).filter((line) =>
    !/^@package/.test(line)
  );
  const paragraph = comment.join("\n").split("\n\n")[0].replaceAll("\n", " ");
  return /^.*?[.:](?=\s|$)/.exec(paragraph)?.[0].replace(/[.:]$/, "") ?? paragraph;
}

/** The keys of a group: those that are always there, and behind them those of each kind. */
function tableLines({ rows, kinds }: KeyTable): string[] {
  return [
    ...rows.flatMap((row) => keyLines(row, "  ")),
    ...kinds.flatMap(({ choice, help, rows }) => [
      `  with ${choice}: ${help}`,
      ...rows.flatMap((row) => keyLines(row, "    ")),
    ]),
  ];
}

/** `trainer.max_epochs=200` with its type, and below it what it does. */
function keyLines({ key, type, fallback, help }: KeyRow, indent: string): string[] {
  const assigned = fallback === "" ? key : `${key}=${fallback}`;
  return [`${indent}${assigned}`.padEnd(52) + `  ${type}`, `${indent}    ${help}`];
}

/** What a list may have, with the names of its options. */
function listedRows(all: ReturnType<typeof transformOptions>): string[][] {
  return all.map(({ name, options }) => [name, options.join(", ")]);
}
