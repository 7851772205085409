/** The files of conf/ have only what differs from the defaults: what they repeat could change in one place alone. */

import { assert, assertEquals } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { type Config, type ConfigFiles, loadConfig } from "../../src/config/mod.ts";
import { isMap, type Node } from "../../src/config/tree.ts";
import { readYamlMap } from "../../src/config/yaml_reader.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";

const files = denoConfigFiles();
const roots = files.options("");
const paths = [
  ...roots,
  ...files.groups("").flatMap((group) => files.options(group).map((one) => `${group}/${one}`)),
];

/** What a command line comes to: a configuration, or why there is none. */
function outcome(from: ConfigFiles, root: string, overrides: readonly string[]): Config | string {
  try {
    return loadConfig(from, overrides, { root });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

/** The lines of values that are no maps, counted from 1. A name is a choice, not a default. */
function valueLines(node: Node): number[] {
  if (isMap(node)) {
    return [...node.value].filter(([key]) => key !== "name").flatMap(([, item]) => valueLines(item));
  }
  return [Number(node.origin.split(":")[1])];
}

/** Command lines that use a file: each root with it, with and without what else sets the same keys. */
function uses(path: string): { root: string; overrides: string[] }[] {
  const [group, option] = path.split("/");
  if (option === undefined) return [{ root: group, overrides: [] }];
  const more = group === "data"
    ? [[], ["data.data_root=X"], ["~trainer"]]
    : [[], ["data=image_folder", "data.data_root=X"]];
  return roots.flatMap((root) => more.map((one) => ({ root, overrides: [`${group}=${option}`, ...one] })));
}

for (const path of paths) {
  Deno.test(`conf/${path}.yaml repeats no default`, () => {
    const text = files.read(path)!;
    const { value } = readYamlMap(text, path);
    const values = new Map([...value].filter(([key]) => key !== "defaults"));
    const repeated = valueLines({ value: values, origin: path }).filter((line) => {
      const shorter = text.split("\n").toSpliced(line - 1, 1).join("\n");
      const without = { ...files, read: (file: string) => file === path ? shorter : files.read(file) };
      return uses(path).every(({ root, overrides }) =>
        JSON.stringify(outcome(files, root, overrides)) === JSON.stringify(outcome(without, root, overrides))
      );
    });
    assertEquals(repeated.map((line) => text.split("\n")[line - 1]), []);
  });
}

Deno.test("every kind of a group whose name chooses has a file in conf", () => {
  for (const group of ["loss", "optimizer", "scheduler"]) {
    assert(files.options(group).length > 0, `conf/${group} has no files`);
    for (const option of files.options(group)) {
      assertEquals(loadConfig(files, [`${group}=${option}`])[group as "loss"].name as string, option);
    }
  }
});
