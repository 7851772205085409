/** The public API: documented, free of any runtime's own objects, and its examples compile and run. */
import { assert, assertEquals } from "@std/assert";
import project from "../deno.json" with { type: "json" };
import { bundle } from "./browser/harness.ts";
import { gpuTest } from "./rings.ts";

const root = new URL("../", import.meta.url);

/** Runs Deno in the project; returns how it ended, and all it printed. */
async function deno(...args: string[]): Promise<{ success: boolean; text: string }> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd: root, env: { NO_COLOR: "1" } });
  const { success, stdout, stderr } = await command.output();
  return { success, text: [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("") };
}

/** The part of `deno doc --json` that is read. */
interface Documentation {
  nodes: Record<string, { symbols: { name: string; declarations: { jsDoc?: { doc?: string } }[] }[] }>;
}

Deno.test("every export of mod.ts says what it is", async () => {
  const { nodes }: Documentation = JSON.parse((await deno("doc", "--json", "mod.ts")).text);
  const { symbols } = Object.values(nodes)[0];
  assert(symbols.length > 150, `deno doc found only ${symbols.length} exports`);
  const silent = symbols.filter(({ declarations }) => !declarations.some(({ jsDoc }) => jsDoc?.doc));
  assertEquals(silent.map(({ name }) => name), []);
});

Deno.test("mod.ts needs nothing that a browser lacks", async () => {
  const code = await bundle(["mod.ts"]);
  assertEquals(
    // Imports begin their line: the scripts of reports, which are texts here, have some, too.
    code.match(
      /\bDeno\.|\bprocess\.env|^\s*(?:import|export)\b[^\n=]*\bfrom\s*["'](?!\.)|^\s*import\s*["'](?!\.)|\b(?:import|require)\s*\(\s*["'](?:node:|npm:|\w)/gm,
    ),
    null,
  );
});

/** Deno imports all of mod.ts into each example, and the compiler finds that unused: TS6133, TS6192. */
Deno.test("the examples of mod.ts compile", async () => {
  const { text } = await deno("check", "--doc", ...Object.values(project.exports));
  const faults = [...text.matchAll(/TS\d+ \[ERROR\]: .*/g)].map(([fault]) => fault);
  assertEquals(faults.filter((fault) => !/^TS(?:6133|6192) /.test(fault)), []);
});

gpuTest("the examples of mod.ts and of its parts run", async () => {
  const modules = Object.values(project.exports);
  const { success, text } = await deno("test", "--doc", "--no-check", "--allow-all", ...modules);
  assert(success && /ok \| 6 passed/.test(text) && !text.includes("Assertion failed"), text);
});
