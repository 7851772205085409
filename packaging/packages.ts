/** The npm packages of the portable folder: those with native code, with what this platform needs of them. */
import { copy, entriesBelow } from "./files.ts";

/** Packages that are not bundled, because they load native code. */
export const NATIVE = ["sharp", "onnxruntime-node"];

/** What the install script of onnxruntime-node needs, which never runs here. */
const UNUSED = ["adm-zip", "global-agent"];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Copies packages with native code and what they need from a project's node_modules into a flat one; returns their names. */
export async function copyPackages(
  modules: string,
  names: readonly string[],
  out: string,
): Promise<string[]> {
  const copied = new Map<string, string>();
  const visit = async (link: string, name: string) => {
    const folder = await Deno.realPath(`${link}/${name}`);
    if (copied.get(name) === folder) return;
    if (copied.has(name)) throw new TypeError(`Cannot copy ${name}: it is there in two versions`);
    copied.set(name, folder);
    const { dependencies = {}, optionalDependencies = {} } = await manifest(folder);
    const beside = folder.slice(0, -name.length - 1);
    for (const needed of Object.keys({ ...optionalDependencies, ...dependencies })) {
      if (!UNUSED.includes(needed) && !needed.includes("musl") && await isThere(`${beside}/${needed}`)) {
        await visit(beside, needed);
      }
    }
  };
  for (const name of names) await visit(modules, name);
  for (const [name, folder] of copied) {
    await copy(folder, `${out}/${name}`, (path) => isNeeded(name, path));
  }
  return [...copied.keys()];
}

/** True for what runs here: no types, sources, install scripts or libraries of other platforms. */
function isNeeded(name: string, path: string): boolean {
  const { os, arch } = Deno.build;
  if (/\.d\.[cm]?ts$|\.map$|\.md$|^(?:src|install|script)\//.test(path)) return false;
  if (name.startsWith("onnxruntime-") && /^lib\//.test(path)) return false;
  const system = os === "windows" ? "win32" : os, processor = arch === "x86_64" ? "x64" : "arm64";
  if (name === "webgpu" && path.startsWith("dist/")) {
    return path.startsWith(`dist/${system}-${os === "darwin" ? "universal" : processor}/`);
  }
  if (name !== "onnxruntime-node" || !path.startsWith("bin/")) return true;
  return path.includes(`/${system}/${processor}/`) && !/\.(?:pdb|lib)$/.test(path);
}

/** The licences of all packages in a project's node_modules, as one text. */
export async function licenses(modules: string): Promise<string> {
  const texts: string[] = [];
  for (
    const entry of (await Array.fromAsync(Deno.readDir(`${modules}/.deno`))).map(({ name }) => name).sort()
  ) {
    const [, name] = /^(@?[^@]+)@/.exec(entry) ?? [];
    if (name === undefined) continue;
    const folder = `${modules}/.deno/${entry}/node_modules/${name.replace("+", "/")}`;
    if (!await isThere(`${folder}/package.json`)) continue;
    const { name: title, version, license } = await manifest(folder);
    const files = (await entriesBelow(folder)).filter((path) =>
      /^[^/]*(?:licen[cs]e|notice|ofl)[^/]*$/i.test(path)
    );
    const bodies = await Promise.all(files.map((path) => Deno.readTextFile(`${folder}/${path}`)));
    texts.push([`== ${title} ${version}: ${license ?? "see below"}`, ...bodies].join("\n\n"));
  }
  return texts.join("\n\n");
}

async function manifest(folder: string): Promise<Manifest> {
  return JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
