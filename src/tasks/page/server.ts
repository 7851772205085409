/** Answers the page's requests: its own files, and those of the dataset that it was given. */
import type { FileTree } from "../../data/types.ts";
import { type PageFile, POLICY } from "./files.ts";

/** Where the dataset is, below the page. */
export const DATA = "data/";

const HEADERS = {
  "content-security-policy": POLICY,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
};

/** Answers requests to this machine by its own name; others, such as a page that made its name point here, get none. */
export function answers(
  files: ReadonlyMap<string, PageFile>,
  tree: FileTree | undefined,
): (request: Request) => Promise<Response> {
  const known = tree?.paths().then((paths) => new Set(paths));
  return async (request) => {
    const { hostname, pathname } = new URL(request.url);
    if (request.method !== "GET") return refusal(405, "only GET is answered");
    if (!["127.0.0.1", "localhost"].includes(hostname)) return refusal(403, `there is no ${hostname} here`);
    const name = pathname === "/" ? "index.html" : pathname.slice(1);
    const file = files.get(name);
    if (file !== undefined) return response(file.text, file.type);
    if (tree === undefined || !name.startsWith(DATA)) return refusal(404, `there is no ${pathname}`);
    if (name === `${DATA}listing.json`) return response(await listing(tree), "application/json");
    const path = decoded(name.slice(`${DATA}files/`.length));
    if (path === undefined || !(await known)!.has(path)) return refusal(404, `there is no ${pathname}`);
    const bytes = tree.read(path);
    return response(await bytes as Uint8Array<ArrayBuffer>, "application/octet-stream");
  };
}

async function listing(tree: FileTree): Promise<string> {
  const [paths, folders, faults] = await Promise.all([tree.paths(), tree.folders(), tree.faults?.() ?? []]);
  return JSON.stringify({ name: tree.name, paths, folders, faults });
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function response(body: BodyInit, type: string): Response {
  return new Response(body, { headers: { ...HEADERS, "content-type": type } });
}

function refusal(status: number, reason: string): Response {
  return new Response(`${reason}\n`, { status, headers: { ...HEADERS, "content-type": "text/plain" } });
}
