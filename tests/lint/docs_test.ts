/** README.md and docs/ agree with the tree: the code, paths and links in them. */
import { assert, assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFileSync(new URL(path, root));
const pages = [
  "README.md",
  ...[...Deno.readDirSync(new URL("docs/", root))].map(({ name }) => `docs/${name}`)
    .filter((path) => path.endsWith(".md")),
];

function exists(path: string): boolean {
  try {
    return Deno.statSync(new URL(path, root)) !== undefined;
  } catch {
    return false;
  }
}

/** The anchors that GitHub makes of a page's headings. */
function anchors(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase());
  return new Set(headings.map((heading) => heading.replace(/[^\w\- ]/g, "").replaceAll(" ", "-")));
}

/** What is wrong with a link on a page. */
function linkFault(page: string, link: string): string[] {
  if (/^https?:/.test(link)) return [];
  const [path, anchor] = link.split("#");
  const target = path === "" ? page : new URL(path, new URL(page, root)).pathname.slice(root.pathname.length);
  if (!exists(target)) return [`${page} links to ${link}: there is no ${target}`];
  if (anchor === undefined || anchors(read(target)).has(anchor)) return [];
  return [`${page} links to ${link}: ${target} has no such heading`];
}

Deno.test("links in README.md and docs/ lead somewhere", () => {
  const faults = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => linkFault(page, link))
  );
  assertEquals(faults, []);
});

Deno.test("paths in README.md and docs/ exist", () => {
  const inTree = /`((?:src|kernels|tests|conf|bench|web|docs)\/[\w./-]*\w)`/g;
  // The toy model of adding-a-model.md is in no tree.
  const faults = pages.filter((page) => page !== "docs/adding-a-model.md").flatMap((page) =>
    [...read(page).matchAll(inTree)].filter(([, path]) => !/\bNAME\b/.test(path) && !exists(path))
      .map(([, path]) => `${page} names ${path}, which does not exist`)
  );
  assertEquals(faults, []);
});

/** Blocks of code behind a line that ends with the file they are from: "`src/ops/relu.ts`:". */
const quoted = pages.flatMap((page) =>
  [...read(page).matchAll(/^.*`([\w./-]+\.ts)`[^`\n]*:\n\n```ts\n([^]*?)^```$/gm)]
    .map(([, path, code]) => ({ page, path, code }))
);

Deno.test("code in docs/ is the code of the tree", () => {
  assert(quoted.length >= 10);
  for (const { page, path, code } of quoted) {
    const source = read(path);
    for (const part of code.split(/\n(?=\/\*\*|export )/)) {
      assert(source.includes(part.trim()), `${page} quotes ${path}, which has no:\n${part}`);
    }
  }
});
