/** The portable folder, from an empty folder with an empty environment: what users do, and the page. */
import { assert, assertEquals } from "@std/assert";
import { tiny, withFolder } from "../e2e/cli.ts";

const project = decodeURIComponent(new URL("../../", import.meta.url).pathname);

async function ran(program: string, cwd: string, ...args: string[]): Promise<string> {
  const command = new Deno.Command(program, { args, cwd, clearEnv: true, env: { PATH: "/usr/bin:/bin" } });
  const { code, stdout, stderr } = await command.output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(code, 0, `${args.join(" ")}\n${out}\n${error}`);
  return out;
}

Deno.test("the portable folder trains, exports, predicts, completes and writes the page", async () => {
  await withFolder(async (folder) => {
    const made = new Deno.Command(Deno.execPath(), {
      args: ["task", "-q", "dist", "--out", `${folder}/portable`],
      cwd: project,
    });
    assert((await made.output()).success);
    const empty = `${folder}/empty`;
    await Deno.mkdir(empty);
    const wgrad = (...args: string[]) => ran(`${folder}/portable/wgrad`, empty, ...args);
    assert((await wgrad("train", ...tiny("."))).includes("test    loss"));
    const best = "run/weights/best.safetensors";
    assert((await wgrad("export", best)).includes("best.onnx"));
    const image = [...Deno.readDirSync(`${empty}/jerseys/test`)].find(({ name }) => name.endsWith(".jpg"))!;
    const sameImage = ["--json", `jerseys/test/${image.name}`];
    const [one, other] = await Promise.all(
      [best, "run/weights/best.onnx"].map((model) => wgrad("predict", model, ...sameImage)),
    );
    const [expected, actual] = [one, other].map((text) => JSON.parse(text).predictions[0].label);
    assertEquals(actual, expected);
    assert((await wgrad("completion", "bash")).includes("wgrad completion --"));
    assertEquals((await wgrad("completion", "--", "tra")).trim(), "train");
    assert((await wgrad("page", "--out", "page")).includes("page/index.html"));
    assert(!(await wgrad("train", "--help")).includes("deno task"));
  });
});
