/** Deno's configurations: deno.dev.json has all packages, and the others those of some tasks. */
import { assert, assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);
const read = (name: string) => JSON.parse(Deno.readTextFileSync(new URL(name, root)));

/** The packages of a lock file, as names with versions and checksums. */
function packages(name: string): string[] {
  const { npm } = read(name) as { npm: Record<string, { integrity: string }> };
  return Object.entries(npm).map(([id, { integrity }]) => `${id.replace(/_.*/, "")} ${integrity}`);
}

/** What each configuration says for itself. */
const OWN = [
  "imports",
  "nodeModulesDir",
  "lock",
  "allowScripts",
  "name",
  "version",
  "license",
  "exports",
  "publish",
  "tasks",
  "fmt",
  "lint",
  "exclude",
];

const all = read("deno.dev.json"), locked = new Set(packages("deno.dev.lock"));

for (const name of ["deno", "deno.onnx"]) {
  Deno.test(`${name}.json and its lock file have nothing but what deno.dev.json has`, () => {
    const config = read(`${name}.json`);
    for (const [key, value] of Object.entries(config.imports)) assertEquals(all.imports[key], value, key);
    assertEquals(config.lock, { path: `${name}.lock`, frozen: true });
    for (const key of Object.keys(config).filter((key) => !OWN.includes(key))) {
      assertEquals(all[key], config[key], key);
    }
    assertEquals(packages(`${name}.lock`).filter((one) => !locked.has(one)), []);
  });
}

Deno.test("what runs ONNX has all that training has", () => {
  const more = Object.keys(read("deno.onnx.json").imports);
  assert(Object.keys(read("deno.json").imports).every((name) => more.includes(name)));
});

Deno.test("no configuration runs scripts of packages", () => {
  for (const name of ["deno", "deno.onnx", "deno.dev"]) {
    assertEquals(read(`${name}.json`).allowScripts.allow, []);
  }
});

// Deno, as it starts, links node_modules anew for its own configuration; a process of another that loads a package in
// that moment finds half of it. So only the configuration of training does, where there is always one.
Deno.test("a process of one configuration leaves alone what those of the others are loading", () => {
  const names = ["deno", "deno.onnx", "deno.dev", "deno.page", "deno.worker"];
  const modes = names.map((name) => read(`${name}.json`).nodeModulesDir);
  assertEquals(modes, ["auto", "manual", "manual", "manual", "manual"]);
});

Deno.test("every command of deno.json that starts Deno turns its check for updates off", () => {
  const { tasks } = read("deno.json");
  for (const [name, task] of Object.entries<string | { command: string }>(tasks)) {
    for (const part of (typeof task === "string" ? task : task.command).split(" && ")) {
      if (/\bdeno (?!task )/.test(part)) {
        assert(part.includes("DENO_NO_UPDATE_CHECK=1 deno "), `${name}: ${part}`);
      }
    }
  }
});
