/** A page of the documentation's site. */

/** An entry of the search: what it is called, on which page, and where. */
export interface Found {
  readonly name: string;
  readonly page: string;
  readonly href: string;
}

/** Where the page of a Markdown file is: README.md is its folder's index. */
export function htmlPath(path: string): string {
  return path.replace(/README\.md$/, "index.html").replace(/\.md$/, ".html");
}

/** The first heading. */
export function titleOf(markdown: string): string {
  return /^# (.*)$/m.exec(markdown)?.[1] ?? "";
}

/** The anchor of a heading, as GitHub makes it, so that links are the same in both places. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-");
}

/** All headings outside of code. */
export function headings(markdown: string): { name: string; anchor: string }[] {
  const prose = markdown.replace(/^```[^]*?^```/gm, "");
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => {
    const name = heading.replaceAll("`", "");
    return { name, anchor: anchorOf(name) };
  });
}

/** The HTML of a page with anchors at its headings, and links to the site's pages in place of Markdown files. */
export function withSiteLinks(html: string, path: string, pages: readonly string[]): string {
  const named = html.replace(/<h([1-6])>(.*?)<\/h\1>/g, (_, level: string, inner: string) => {
    const text = unescape(inner.replace(/<[^>]+>/g, ""));
    return `<h${level} id="${anchorOf(text)}">${inner}</h${level}>`;
  });
  return named.replace(/ href="([^":]+\.md)(#[^"]*)?"/g, (link, file: string, anchor = "") => {
    const target = new URL(file, `file:///${path}`).pathname.slice(1);
    return pages.includes(target) ? ` href="${relative(path, htmlPath(target))}${anchor}"` : link;
  });
}

const unescape = (text: string) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** The link from a page to another. */
function relative(from: string, to: string): string {
  return "../".repeat(from.split("/").length - 1) + to;
}

/** A page as a whole: the list of pages, the search, and the text. */
export function pageHtml({ path, title, body, pages }: {
  path: string;
  title: string;
  body: string;
  pages: readonly { path: string; title: string }[];
}): string {
  const top = "../".repeat(path.split("/").length - 1);
  const list = pages.map((page) => {
    const current = page.path === path ? ' aria-current="page"' : "";
    return `<li><a href="${relative(path, htmlPath(page.path))}"${current}>${escape(page.title)}</a></li>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${top}style.css">
<script src="${top}search.js" defer></script>
<nav>
<input type="search" id="search" placeholder="Search" aria-label="Search" data-top="${top}">
<ul id="found" hidden></ul>
<ul><li><a href="${top}api/index.html">API reference</a></li>
${list.join("\n")}
</ul>
</nav>
<main>
${body}</main>
</html>
`;
}

/** Lists the entries that have all words, those that begin with the first word before others. */
export const SEARCH = `
const box = document.getElementById("search"), list = document.getElementById("found");
box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const text = ({ name, page }) => (name + " " + page).toLowerCase();
  const begins = (one) => one.name.toLowerCase().startsWith(words[0]) ? 0 : 1;
  const hits = words.length === 0 ? [] : FOUND.filter((one) => words.every((word) => text(one).includes(word)));
  hits.sort((a, b) => begins(a) - begins(b));
  list.replaceChildren(...hits.slice(0, 20).map(({ name, page, href }) => {
    const link = document.createElement("a"), item = document.createElement("li");
    link.href = box.dataset.top + href;
    link.textContent = name;
    item.append(link, " " + page);
    return item;
  }));
  if (words.length > 0 && hits.length === 0) list.textContent = "Nothing found";
  list.hidden = words.length === 0;
});
`;

/** How the pages look. */
export const STYLE = `:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.6 system-ui, sans-serif; display: grid; grid-template-columns: 16rem minmax(0, 1fr); }
nav { padding: 1rem; border-right: 1px solid color-mix(in srgb, currentColor 20%, transparent); font-size: 14px; }
nav ul { list-style: none; padding: 0; }
nav input { width: 100%; box-sizing: border-box; padding: .4rem; font: inherit; }
nav [aria-current] { font-weight: 600; }
main { padding: 1rem 2rem; max-width: 52rem; }
main img { max-width: 100%; }
pre { overflow-x: auto; padding: .8rem; background: color-mix(in srgb, currentColor 7%, transparent); }
code { font-size: .9em; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
td, th { border: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .3rem .6rem; text-align: left; }
@media (max-width: 50rem) { body { display: block; } nav { border: 0; } main { padding: 1rem; } }
`;
