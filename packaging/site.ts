/**
 * `deno task site --out FOLDER`: the documentation as one static site: README.md and docs/ as pages, `deno doc --html`
 * of the public API in `api`, and a search over the headings of all pages and the names of the API. Fails where a
 * link leads nowhere.
 */
import { ConfigError } from "../src/base/errors.ts";
import { runProcess } from "../src/host/deno.ts";
import { asksForHelp } from "../src/launch/flags.ts";
import { parseArguments, type Usage, usageHelp, usageLine } from "../src/launch/usage.ts";
import type { Host } from "../src/setup/host.ts";
import { copy, entriesBelow, write } from "./files.ts";
import { brokenLinks, relinked } from "./links.ts";
import {
  type Found,
  headings,
  htmlPath,
  pageHtml,
  SEARCH,
  STYLE,
  titleOf,
  withSiteLinks,
} from "./site_page.ts";

const root = decodeURIComponent(new URL("../", import.meta.url).pathname);

/** Turns Markdown into HTML; taken at run time, since nothing else of the project needs it. */
const MARKED = "npm:marked@18.2.1";

interface Marked {
  parse(markdown: string): string;
}

const usage: Usage = {
  task: "site",
  summary: "Writes documentation and API reference as one static site, and checks its links",
  takes: "",
  flags: { out: { value: "FOLDER", help: "Where to write it; it must not be there" } },
};

/** Writes the site. @throws ConfigError if it is already there, or a link of it leads nowhere */
export async function site(host: Host, args: readonly string[]): Promise<number> {
  if (asksForHelp(args)) return usageHelp(usage).forEach((line) => host.print(line)), 0;
  const { flags } = parseArguments(args, usage);
  const out = flags.get("out")?.replace(/(?<=.)\/+$/, "");
  if (out === undefined) throw new ConfigError(`Cannot write the site: no --out given. ${usageLine(usage)}`);
  if (await Deno.stat(out).then(() => true, () => false)) {
    throw new ConfigError(`Cannot write ${out}: it is already there; remove it, or name another folder`);
  }
  const found = [...await writePages(out), ...await writeApi(out)];
  await write(`${out}/search.js`, `const FOUND = ${JSON.stringify(found)};\n${SEARCH}`);
  await write(`${out}/style.css`, STYLE);
  await copy(`${root}docs/images`, `${out}/docs/images`, (path) => /\.(?:png|svg)$/.test(path));
  const broken = await brokenLinks(out);
  if (broken.length > 0) {
    throw new ConfigError(
      `Cannot publish ${out}: ${broken.length} links lead nowhere:\n${broken.join("\n")}`,
    );
  }
  host.print(
    `site    ${out}, ${(await entriesBelow(out)).length} files, ${found.length} entries of the search`,
  );
  return 0;
}

/** The Markdown files that are pages, the first as index.html. */
async function sources(): Promise<string[]> {
  const below = async (folder: string) =>
    (await entriesBelow(root + folder)).filter((path) => path.endsWith(".md")).map((path) =>
      `${folder}/${path}`
    );
  return ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...await below("docs"), ...await below("deploy")];
}

async function writePages(out: string): Promise<Found[]> {
  const { marked }: { marked: Marked } = await import(MARKED);
  const paths = await sources(), found: Found[] = [];
  const texts = new Map(
    await Promise.all(paths.map(async (path) => [path, await Deno.readTextFile(root + path)] as const)),
  );
  const pages = paths.map((path) => ({ path, title: titleOf(texts.get(path)!) }));
  for (const { path, title } of pages) {
    const text = texts.get(path)!;
    found.push(
      ...headings(text).map(({ name, anchor }) => ({
        name,
        page: title,
        href: `${htmlPath(path)}#${anchor}`,
      })),
    );
    const body = withSiteLinks(marked.parse(text), path, paths);
    await write(`${out}/${htmlPath(path)}`, pageHtml({ path, title, body, pages }));
  }
  return found;
}

/**
 * The reference links to the sources where they lie: from now on to copies beside it. Its links to parameters of types
 * that it does not list (deno doc of 2.9 writes some) lead to the top of the page.
 */
async function linkSources(api: string): Promise<void> {
  const here = new URL("../", import.meta.url).href, used = new Set<string>();
  for (const path of (await entriesBelow(api)).filter((name) => name.endsWith(".html"))) {
    const toTop = "../".repeat(path.split("/").length - 1);
    const written = await Deno.readTextFile(`${api}/${path}`);
    const html = relinked(written, (link) => {
      if (link.startsWith("#type_param_") && !written.includes(`id="${link.slice(1)}"`)) return "#content";
      if (!link.startsWith(here)) return link;
      const source = link.slice(here.length).replace(/#.*/, "");
      used.add(source);
      return `${toTop}source/${source}.txt`;
    });
    await write(`${api}/${path}`, html);
  }
  for (const source of used) await write(`${api}/source/${source}.txt`, await Deno.readFile(root + source));
}

/** The part of `deno doc --json` that is read. */
interface Documentation {
  readonly nodes: Readonly<Record<string, { readonly symbols: readonly { readonly name: string }[] }>>;
}

/** Writes the reference of mod.ts, and returns what it has. */
async function writeApi(out: string): Promise<Found[]> {
  await deno("doc", "--html", "--name=wgrad", `--output=${await Deno.realPath(out)}/api`, "mod.ts");
  await linkSources(`${out}/api`);
  const { nodes }: Documentation = JSON.parse(await deno("doc", "--json", "mod.ts"));
  const names = Object.values(nodes)[0].symbols.map(({ name }) => name);
  return [...new Set(names)].map((name) => ({ name, page: "API", href: `api/~/${name}.html` }));
}

async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
  if (!success) {
    throw new ConfigError(`Cannot write the reference: ${new TextDecoder().decode(stderr).trim()}`);
  }
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) await runProcess((args, host) => site(host, args));
