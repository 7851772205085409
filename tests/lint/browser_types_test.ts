/** The checks of `deno task check:page` and `check:worker` see what a browser has, and nothing of Deno or Node. */

import { assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);
const CONFIGS = { page: "deno.page.json", worker: "deno.worker.json" };

function readJson(path: string) {
  return JSON.parse(Deno.readTextFileSync(new URL(path, root)));
}

/** The names that a check does not find in a file with these lines. */
async function unknownNames(config: string, lines: readonly string[]): Promise<string[]> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, lines.join("\n"));
  const args = ["check", "--quiet", `--config=${config}`, file];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: { NO_COLOR: "1" },
  })
    .output();
  await Deno.remove(file);
  const names = [...new TextDecoder().decode(stderr).matchAll(/Cannot find name '(\w+)'/g)].map(([, name]) =>
    name
  );
  assertEquals(code, names.length === 0 ? 0 : 1);
  return names;
}

const GPU = "export const usage: number = GPUBufferUsage.STORAGE, gpu: GPU = navigator.gpu;";
const FOREIGN = [
  "export const cwd = Deno.cwd();",
  "export const bytes = Buffer.from('a');",
  "export const id = process.pid;",
];

Deno.test("a page is checked with document and WebGPU, without Deno and Node", async () => {
  const lines = [GPU, "document.title = 'wgrad';"];
  assertEquals(await unknownNames(CONFIGS.page, lines), []);
  assertEquals(await unknownNames(CONFIGS.page, [...lines, ...FOREIGN]), ["Deno", "Buffer", "process"]);
});

Deno.test("a worker is checked with its own globals and WebGPU, without document, Deno and Node", async () => {
  const lines = [GPU, "self.importScripts();"];
  assertEquals(await unknownNames(CONFIGS.worker, lines), []);
  const missing = await unknownNames(CONFIGS.worker, [...lines, "document.title = 'wgrad';", ...FOREIGN]);
  assertEquals(missing, ["document", "Deno", "Buffer", "process"]);
});

Deno.test("the browser's checks are as strict as Deno's", () => {
  const { compilerOptions: { lib: _, ...strictness }, allowScripts } = readJson("deno.dev.json");
  for (const config of Object.values(CONFIGS)) {
    const { compilerOptions: { lib: _, types: __, ...own }, allowScripts: allowed } = readJson(config);
    assertEquals([own, allowed], [strictness, allowScripts], config);
  }
});
