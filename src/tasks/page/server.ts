/** Answers the page's requests: its own files, and those of the dataset that it was given. */
import type { ByteSource } from "../../base/byte_source.ts";
import { type PageFile, POLICY } from "./files.ts";
import type { Offered } from "./offered.ts";

/** Where the dataset is, below the page. */
export const DATA = "data/";

const BYTES = "application/octet-stream";

const HEADERS = {
  "content-security-policy": POLICY,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
};

/** Answers requests to this machine by its own name; others, such as a page that made its name point here, get none, unless the page is public. */
export function answers(
  files: ReadonlyMap<string, PageFile>,
  offered: Offered | undefined,
  isPublic = false,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const { hostname, pathname } = new URL(request.url);
    if (request.method !== "GET") return refusal(405, "only GET is answered");
    if (!isPublic && !["127.0.0.1", "localhost"].includes(hostname)) {
      return refusal(403, `there is no ${hostname} here`);
    }
    const name = pathname === "/" ? "index.html" : pathname.slice(1);
    const file = files.get(name);
    if (file !== undefined) return response(file.body, file.type);
    const data = offered && name.startsWith(DATA) && await dataAt(offered, name.slice(DATA.length), request);
    return data || refusal(404, `there is no ${pathname}`);
  };
}

/** Answers for what is below {@link DATA}; undefined if there is nothing. */
async function dataAt(
  { listing, archive, files }: Offered,
  name: string,
  { headers }: Request,
): Promise<Response | undefined> {
  if (name === "listing.json") return response(JSON.stringify(listing), "application/json");
  if (name === "archive" && archive) return await partOf(archive, headers.get("range"));
  const [, numbers] = /^files\/(\d+(?:,\d+)*)$/.exec(name) ?? [];
  const stream = numbers === undefined ? undefined : files(numbers.split(",").map(Number));
  return stream && response(stream, BYTES);
}

/** Bytes of an archive that one request gets, at most. */
const MOST_BYTES = 2 ** 26;

async function partOf(archive: ByteSource, range: string | null): Promise<Response> {
  const [first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? "")?.slice(1).map(Number) ?? [];
  const end = Math.min(last + 1, archive.size);
  if (!(first < end && end - first <= MOST_BYTES)) {
    return refusal(416, `ask for up to ${MOST_BYTES} bytes of ${archive.size}`);
  }
  const place = { "content-range": `bytes ${first}-${end - 1}/${archive.size}` };
  const bytes = archive.read(first, end - first);
  return response(await bytes as Uint8Array<ArrayBuffer>, BYTES, 206, place);
}

function response(body: BodyInit, type: string, status = 200, more: Record<string, string> = {}): Response {
  return new Response(body, { status, headers: { ...HEADERS, "content-type": type, ...more } });
}

function refusal(status: number, reason: string): Response {
  return response(`${reason}\n`, "text/plain", status);
}
