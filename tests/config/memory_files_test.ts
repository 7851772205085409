/** Configuration files in memory are those on disk. */
import { assertEquals } from "@std/assert";
import { type ConfigFiles, memoryConfigFiles } from "../../src/config/mod.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { confLine } from "../../src/tasks/page/conf.ts";

Deno.test("the page's worker carries all of conf/", () => {
  const real = denoConfigFiles();
  const line = confLine(real), [, json] = /^globalThis\.wgradConf = (.*);\n$/s.exec(line)!;
  const carried = memoryConfigFiles("conf", new Map(Object.entries(JSON.parse(json))));
  const visit = (group: string) => {
    const facts = (files: ConfigFiles) => [files.options(group), files.groups(group)];
    assertEquals(facts(carried), facts(real), group);
    const at = (name: string) => group === "" ? name : `${group}/${name}`;
    for (const name of real.options(group)) assertEquals(carried.read(at(name)), real.read(at(name)));
    for (const name of real.groups(group)) visit(at(name));
  };
  visit("");
  assertEquals(carried.read("model/none"), undefined);
});
