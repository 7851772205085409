/**
 * `deno task dist --out FOLDER`: the portable folder for this platform, which needs nothing else installed but the GPU's
 * driver. It has the program as bundled modules in `lib`, `conf`, the packages with native code, what is only read in
 * `assets`, Deno itself, and at its top an executable `wgrad`.
 */
import project from "../deno.json" with { type: "json" };
import { ConfigError } from "../src/base/errors.ts";
import { runProcess } from "../src/host/deno.ts";
import { bundle } from "../src/host/deno_page.ts";
import {
  assetName,
  bundleName,
  type Bundles,
  bundlesAsset,
  readPackageFile,
} from "../src/host/deno_places.ts";
import { asksForHelp } from "../src/launch/flags.ts";
import { parseArguments, type Usage, usageHelp, usageLine } from "../src/launch/usage.ts";
import { fallbackFonts } from "../src/plots/fallback_fonts.ts";
import type { Host } from "../src/setup/host.ts";
import { bytesBelow, compress, copy, write } from "./files.ts";
import { launcher, windowsLauncher } from "./launcher.ts";
import { copyPackages, licenses, NATIVE } from "./packages.ts";

const root = decodeURIComponent(new URL("../", import.meta.url).pathname);

const usage: Usage = {
  task: "dist",
  summary:
    "Writes the portable folder for this platform, which trains where neither Deno nor node_modules is",
  takes: "",
  flags: {
    out: { value: "FOLDER", help: "Where to write it; it must not be there" },
    dawn: { help: "With Dawn, too, which has the matrix units of GPUs" },
  },
};

/** The modules of the program's threads. */
const THREADS = ["deno_decode_worker", "deno_compile_worker"].map((name) =>
  `file://${root}src/host/${name}.ts`
);

/** The modules that the page consists of, as src/tasks/page/files.ts asks for them. */
const PAGE: readonly (readonly [entry: string, isSplit: boolean])[] = [
  ["web/main.tsx", true],
  ["web/main.tsx", false],
  ["web/worker/worker.ts", true],
  ["web/worker/worker.ts", false],
  ["web/service_worker.ts", false],
];

/** Files of packages that are only read. */
const READ = [
  "@resvg/resvg-wasm/index_bg.wasm",
  "@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf",
  "onnxruntime-web/ort-wasm-simd-threaded.wasm",
  ...fallbackFonts.map(({ file }) => file),
];

/** Writes the folder. @throws ConfigError if it is already there */
export async function dist(host: Host, args: readonly string[]): Promise<number> {
  if (asksForHelp(args)) return usageHelp(usage).forEach((line) => host.print(line)), 0;
  const { flags } = parseArguments(args, usage);
  const out = flags.get("out")?.replace(/(?<=.)\/+$/, "");
  if (out === undefined) {
    throw new ConfigError(`Cannot write the portable folder: no --out given. ${usageLine(usage)}`);
  }
  if (await Deno.stat(out).then(() => true, () => false)) {
    throw new ConfigError(`Cannot write ${out}: it is already there; remove it, or name another folder`);
  }
  await writeProgram(`${out}/lib`);
  await writeAssets(out);
  const packages = await copyPackages(`${root}node_modules`, [
    ...NATIVE,
    ...flags.has("dawn") ? ["webgpu"] : [],
  ], `${out}/node_modules`);
  await copy(`${root}conf`, `${out}/conf`);
  await write(`${out}/deno.json`, `${JSON.stringify({ unstable: ["webgpu"], nodeModulesDir: "manual" })}\n`);
  await write(`${out}/COMMIT`, `${await host.gitCommit() ?? ""}\n`);
  await write(`${out}/LICENSE`, await Deno.readFile(`${root}LICENSE`));
  await write(`${out}/LICENSES_OF_PACKAGES.txt`, await licenses(`${root}node_modules`));
  await writeLaunchers(out);
  const bytes = await bytesBelow(out);
  host.print(
    `dist    ${out}, ${(bytes / 1e6).toFixed(0)} MB, with ${packages.length} packages and ${host.runtime}`,
  );
  return 0;
}

/** Bundles the command line and its threads. In texts the program is called by its name. */
async function writeProgram(out: string): Promise<void> {
  const { success, errors, outputFiles = [] } = await Deno.bundle({
    entrypoints: [`file://${root}src/cli.ts`, ...THREADS],
    outputDir: "/lib",
    platform: "deno",
    codeSplitting: true,
    format: "esm",
    external: NATIVE,
    write: false,
  });
  if (!success) {
    throw new ConfigError(`Cannot bundle the program: ${errors.map(({ text }) => text).join("; ")}`);
  }
  for (const file of outputFiles) {
    await write(
      out + file.path.slice("/lib".length),
      file.text().replaceAll(/deno task (?:-q )?/g, "wgrad "),
    );
  }
}

async function writeAssets(out: string): Promise<void> {
  for (const specifier of READ) {
    await write(`${out}/${assetName(specifier)}`, await compress(await readPackageFile(specifier)));
  }
  const bundles: Record<string, Bundles[string]> = {};
  for (const [entry, isSplit] of PAGE) {
    bundles[bundleName(entry, isSplit)] = Object.fromEntries(await bundle(entry, isSplit));
  }
  const text = new TextEncoder().encode(JSON.stringify(bundles));
  await write(`${out}/${bundlesAsset}`, await compress(text));
}

async function writeLaunchers(out: string): Promise<void> {
  const isWindows = Deno.build.os === "windows";
  await write(`${out}/bin/deno${isWindows ? ".exe" : ""}`, await Deno.readFile(Deno.execPath()), 0o755);
  if (isWindows) await write(`${out}/wgrad.cmd`, windowsLauncher(project.tasks));
  else await write(`${out}/wgrad`, launcher(project.tasks), 0o755);
}

if (import.meta.main) await runProcess((args, host) => dist(host, args));
