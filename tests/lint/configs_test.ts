/** The configurations of Deno beside deno.json, each with the packages of some tasks: they say what deno.json says. */
import { assert, assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);
const read = (name: string) => JSON.parse(Deno.readTextFileSync(new URL(name, root)));

/** The packages of a lock file, as names with versions and checksums. */
function packages(name: string): string[] {
  const { npm } = read(name) as { npm: Record<string, { integrity: string }> };
  return Object.entries(npm).map(([id, { integrity }]) => `${id.replace(/_.*/, "")} ${integrity}`);
}

const project = read("deno.json"), all = new Set(packages("deno.lock"));

for (const name of ["train", "onnx"]) {
  Deno.test(`deno.${name}.json and its lock file have nothing but what deno.json has`, () => {
    const { imports, lock, allowScripts, ...rest } = read(`deno.${name}.json`);
    for (const [key, value] of Object.entries(imports)) assertEquals(project.imports[key], value, key);
    assertEquals(lock, { path: `deno.${name}.lock`, frozen: true });
    assertEquals(allowScripts.allow, []);
    for (const [key, value] of Object.entries(rest)) assertEquals(project[key], value, key);
    assertEquals(packages(`deno.${name}.lock`).filter((one) => !all.has(one)), []);
  });
}

Deno.test("deno.onnx.json has all that deno.train.json has", () => {
  const more = Object.keys(read("deno.onnx.json").imports);
  assert(Object.keys(read("deno.train.json").imports).every((name) => more.includes(name)));
});

Deno.test("every task of the command line names its configuration", () => {
  for (const [name, task] of Object.entries(project.tasks)) {
    const command = (task as { command?: string }).command ?? "";
    if (!command.includes("src/cli.ts")) continue;
    assert(/ --config=deno\.(?:train|onnx)\.json /.test(command), name);
  }
});
