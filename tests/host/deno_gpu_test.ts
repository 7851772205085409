import { assert, assertEquals } from "@std/assert";
import { dirname } from "@std/path";
import { openGpu } from "../../src/host/deno_gpu.ts";
import { chromiumPath, gpuTest } from "../rings.ts";

gpuTest("openGpu() is Deno's own WebGPU by default", async () => {
  assertEquals(await openGpu(), navigator.gpu);
  assert(Deno.env.get("XDG_RUNTIME_DIR"));
});

/** Runs Deno on a file of the project and returns its exit code and what it printed. */
async function deno(args: string[], env: Record<string, string>): Promise<{ code: number; output: string }> {
  const command = new Deno.Command(Deno.execPath(), { args, env: { ...env, NO_COLOR: "1" } });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { code, output: text.decode(stdout) + text.decode(stderr) };
}

/** The environment in which Dawn finds an adapter: as it is, or with Chromium's software GPU. */
async function dawnEnvironment(): Promise<Record<string, string> | undefined> {
  const folders = chromiumPath ? [dirname(Deno.realPathSync(chromiumPath)), "/usr/lib/chromium"] : [];
  const icd = folders.map((folder) => `${folder}/vk_swiftshader_icd.json`);
  const script = `import { openGpu } from "${import.meta.resolve("../../src/host/deno_gpu.ts")}";
await openGpu("dawn");`;
  for (const env of [{}, ...icd.map((path) => ({ VK_ICD_FILENAMES: path }))]) {
    if ((await deno(["eval", script], env)).code === 0) return env;
  }
}

const environment = await dawnEnvironment();
if (!environment) {
  console.log("Dawn's tests ignored: it finds no adapter here, not even Chromium's software GPU");
}

Deno.test({
  name: "the engine passes its own tests on Dawn, and Dawn lets the process end",
  ignore: !environment,
  fn: async () => {
    const args = ["test", "--allow-all", "--no-check", new URL("../core", import.meta.url).pathname];
    const { code, output } = await deno(args, { ...environment, WGRAD_GPU: "dawn" });
    assertEquals(code, 0, output);
  },
});
