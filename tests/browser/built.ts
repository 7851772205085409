/** The page's bundles for tests: built once for all test files, which run at the same time, and kept until a source changes. */
import { sha256 } from "../../src/base/sha256.ts";
import { bundle } from "../../src/host/deno_page.ts";

const root = new URL("../../", import.meta.url);
/** What a bundle depends on. */
const SOURCES = ["web/", "src/", "conf/", "kernels/", "mod.ts", "deno.json", "deno.lock"];
const BUILDS = new URL(".cache/tests/page/", root);

/** As the host's {@link bundle}, which takes a second or more. */
export function builtBundle(entry: string, isSplit: boolean): Promise<Map<string, string>> {
  const name = `${entry}${isSplit ? " split" : ""}`;
  let known = bundles.get(name);
  if (known === undefined) bundles.set(name, known = keptBundle(name, () => bundle(entry, isSplit)));
  return known.then((texts) => new Map(texts));
}

const bundles = new Map<string, Promise<Map<string, string>>>();

/** The bundle in the folder of builds; the first that asks for it makes it, and the others wait. */
async function keptBundle(
  name: string,
  make: () => Promise<Map<string, string>>,
): Promise<Map<string, string>> {
  const path = new URL(`${name.replaceAll("/", "_")}.json`, BUILDS);
  await Deno.mkdir(BUILDS, { recursive: true });
  using lock = await Deno.open(new URL(`${path}.lock`), { write: true, create: true });
  await lock.lock(true);
  const version = await (hashed ??= sourcesHash());
  const kept = await Deno.readTextFile(path).then(JSON.parse, () => undefined);
  if (kept?.version === version) return new Map(kept.texts);
  const texts = await make();
  await Deno.writeTextFile(path, JSON.stringify({ version, texts: [...texts] }));
  return texts;
}

let hashed: Promise<string> | undefined;

/** Follows from the paths and contents of all sources. */
async function sourcesHash(): Promise<string> {
  const files = (await Promise.all(SOURCES.map((path) => filesAt(new URL(path, root))))).flat();
  const contents = await Promise.all(
    files.map(async (url) => `${url.href}\n${await Deno.readTextFile(url)}\0`),
  );
  return (await sha256(contents.join(""))).toHex();
}

async function filesAt(url: URL): Promise<URL[]> {
  if (!url.href.endsWith("/")) return [url];
  const found: URL[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(url)) {
    found.push(...await filesAt(new URL(`${name}${isDirectory ? "/" : ""}`, url)));
  }
  return found.sort((a, b) => a.href < b.href ? -1 : 1);
}
