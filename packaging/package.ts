/**
 * `deno task package --out FOLDER`: the npm package as a folder, and as the tarball that npm publishes.
 *
 * It has a module with its types for each module of the source, and not one bundle, since a bundler leaves whole
 * modules out that nothing uses, and can tell of hardly any statement of a bundle that it has no effects. TypeScript
 * itself writes them; files that are imported as text become modules.
 */
import project from "../deno.json" with { type: "json" };
import { ConfigError } from "../src/base/errors.ts";
import { runProcess } from "../src/host/deno.ts";
import { asksForHelp } from "../src/launch/flags.ts";
import { parseArguments, type Usage, usageHelp, usageLine } from "../src/launch/usage.ts";
import type { Host } from "../src/setup/host.ts";
import { bytesBelow, entriesBelow, write } from "./files.ts";
import { npmImports, portableModule, type TextFile } from "./modules.ts";

const root = decodeURIComponent(new URL("../", import.meta.url).pathname);

/** Deno's own version of TypeScript (`deno --version`), so that what passes `deno task check` gives the same types. */
const TYPESCRIPT = "npm:typescript@6.0.3/tsc";

/** What can be imported, and the module that it is; the first is the package itself. */
const ENTRIES: Readonly<Record<string, string>> = {
  ...project.exports,
  "./browser": "./src/host/browser.ts",
};

const usage: Usage = {
  task: "package",
  summary: "Writes the npm package, as a folder and as a tarball beside it",
  takes: "",
  flags: {
    out: { value: "FOLDER", help: "Where to write it; it must not be there" },
  },
};

/** Writes folder and tarball. @throws ConfigError if the folder is already there, or TypeScript cannot be run */
export async function pack(host: Host, args: readonly string[]): Promise<number> {
  if (asksForHelp(args)) return usageHelp(usage).forEach((line) => host.print(line)), 0;
  const { flags } = parseArguments(args, usage);
  const out = flags.get("out")?.replace(/(?<=.)\/+$/, "");
  if (out === undefined) {
    throw new ConfigError(`Cannot write the npm package: no --out given. ${usageLine(usage)}`);
  }
  if (await Deno.stat(out).then(() => true, () => false)) {
    throw new ConfigError(`Cannot write ${out}: it is already there; remove it, or name another folder`);
  }
  const compiled = await Deno.makeTempDir({ prefix: "wgrad_package_" });
  try {
    await compile(compiled);
    const used = await writeModules(compiled, out);
    await write(`${out}/package.json`, `${JSON.stringify(manifest(used), null, 2)}\n`);
    for (const name of ["README.md", "LICENSE"]) {
      await write(`${out}/${name}`, await Deno.readFile(root + name));
    }
  } finally {
    await Deno.remove(compiled, { recursive: true });
  }
  const tarball = `${out}/../wgrad-${project.version}.tgz`;
  await run("tar", ["-czf", tarball, "--transform", "s,^[.],package,", "-C", out, "."]);
  const [bytes, packed] = [await bytesBelow(out), (await Deno.stat(tarball)).size];
  host.print(
    `package ${out}, ${(bytes / 1e6).toFixed(1)} MB; ${await Deno.realPath(tarball)}, ${
      (packed / 1e6).toFixed(1)
    } MB`,
  );
  return 0;
}

/** Compiles all entries into JavaScript and types. What does not fit is `deno task check`'s to find. */
async function compile(outDir: string): Promise<void> {
  const config = {
    compilerOptions: {
      target: "es2024",
      module: "esnext",
      moduleResolution: "bundler",
      rewriteRelativeImportExtensions: true,
      declaration: true,
      noCheck: true,
      noEmitOnError: false,
      skipLibCheck: true,
      lib: ["esnext", "dom", "dom.iterable", "dom.asynciterable"],
      types: [],
      rootDir: root,
      outDir,
    },
    files: Object.values(ENTRIES).map((path) => root + path),
  };
  await write(`${outDir}/tsconfig.json`, JSON.stringify(config));
  await run(Deno.execPath(), [
    ...[
      "run",
      "--quiet",
      "--no-config",
      "--no-lock",
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-sys",
    ],
    ...[TYPESCRIPT, "--project", `${outDir}/tsconfig.json`],
  ]);
  await Deno.remove(`${outDir}/tsconfig.json`);
}

/** Writes what was compiled as modules that need no runtime of their own; returns the npm packages that they import. */
async function writeModules(compiled: string, out: string): Promise<Set<string>> {
  const imports = npmImports(project.imports), used = new Set<string>();
  const texts = new Map<string, TextFile>();
  for (const path of await entriesBelow(compiled)) {
    const module = portableModule(path, await Deno.readTextFile(`${compiled}/${path}`), imports);
    module.packages.forEach((name) => used.add(name));
    module.texts.forEach((text) => texts.set(text.module, text));
    await write(`${out}/${path}`, module.code);
  }
  for (const { module, file } of texts.values()) {
    const text = await Deno.readTextFile(root + file);
    await write(`${out}/${module}`, `export default ${JSON.stringify(text)};\n`);
  }
  return used;
}

/** package.json. Each entry names its types first, as TypeScript wants it. */
function manifest(used: ReadonlySet<string>): Record<string, unknown> {
  const compiled = (path: string, ending: string) => path.replace(/\.ts$/, ending);
  const versions = new Map(
    [...npmImports(project.imports).values()].map(({ name, version }) => [name, version]),
  );
  return {
    name: "wgrad",
    version: project.version,
    description: "Trains image classifiers on WebGPU: an engine for browsers, Node.js and Deno",
    license: project.license,
    type: "module",
    sideEffects: false,
    exports: Object.fromEntries(
      Object.entries(ENTRIES).map((
        [name, path],
      ) => [name, { types: compiled(path, ".d.ts"), default: compiled(path, ".js") }]),
    ),
    dependencies: Object.fromEntries([...used].sort().map((name) => [name, versions.get(name)])),
  };
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd: root })
    .output();
  if (success) return;
  const [said, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  throw new ConfigError(`Cannot write the npm package: ${program} failed: ${error || said}`);
}

if (import.meta.main) await runProcess((args, host) => pack(host, args));
