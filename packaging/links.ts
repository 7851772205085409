/** The links of a static site. */
import { entriesBelow } from "./files.ts";

const LINK = /\s(?:href|src)="([^"]*)"/g;
const ANCHOR = /\s(?:id|name)="([^"]+)"/g;

/** The text of an attribute, as our pages and `deno doc` write it. */
const unescape = (text: string) => text.replaceAll(/&#x2f;/gi, "/").replaceAll("&amp;", "&");

/** A page whose links are what `change` makes of them. */
export function relinked(html: string, change: (link: string) => string): string {
  return html.replaceAll(LINK, (whole, link: string) => {
    const text = unescape(link), changed = change(text);
    return changed === text ? whole : whole.replace(link, changed.replaceAll("&", "&amp;"));
  });
}

/** What is wrong with the links of all pages below a folder, a line each. Links to other sites are not followed. */
export async function brokenLinks(folder: string): Promise<string[]> {
  const paths = new Set(await entriesBelow(folder)), faults: string[] = [];
  const anchors = new Map<string, Set<string>>();
  const anchorsOf = (path: string): Set<string> => {
    const known = anchors.get(path);
    if (known !== undefined) return known;
    const found = new Set(
      [...Deno.readTextFileSync(`${folder}/${path}`).matchAll(ANCHOR)].map(([, id]) => id),
    );
    anchors.set(path, found);
    return found;
  };
  for (const page of [...paths].filter((path) => path.endsWith(".html"))) {
    for (const [, link] of (await Deno.readTextFile(`${folder}/${page}`)).matchAll(LINK)) {
      const url = new URL(unescape(link), `file:///${encodeURI(page)}`);
      if (url.protocol !== "file:") continue;
      const target = decodeURIComponent(url.pathname.slice(1)).replace(/(^|\/)$/, "$1index.html");
      const anchor = decodeURIComponent(url.hash.slice(1));
      if (!paths.has(target)) faults.push(`${page} links to ${link}: there is no ${target}`);
      else if (anchor !== "" && !anchorsOf(target).has(anchor)) {
        faults.push(`${page} links to ${link}: ${target} has no such place`);
      }
    }
  }
  return faults;
}
