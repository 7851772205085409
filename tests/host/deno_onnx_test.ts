/** ONNX Runtime as the command line loads it. */
import { assertEquals } from "@std/assert";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

Deno.test({
  name: "openOnnx() switches ONNX Runtime's telemetry off, which would leave an identity of this machine",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const home = await Deno.makeTempDir({ prefix: "wgrad_home_" });
    const code =
      `import { openOnnx } from "${root}src/host/deno_onnx.ts"; await openOnnx("none.onnx").catch(() => {});`;
    await Deno.writeTextFile(`${home}/open.ts`, code);
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", `--config=${root}deno.onnx.json`, `${home}/open.ts`],
      // Nothing else that switches it off, such as CI; and it reaches nobody.
      clearEnv: true,
      env: { HOME: home, PATH: "/usr/bin:/bin", DENO_DIR: `${home}/deno`, https_proxy: "http://127.0.0.1:1" },
    }).output();
    const kept = await Array.fromAsync(Deno.readDir(`${home}/.cache`)).catch(() => []);
    await Deno.remove(home, { recursive: true });
    assertEquals([success, ...kept.map(({ name }) => name)], [true]);
  },
});
