/** The files of the page: its document, style, scripts and workers; as a folder, or as a single file. */
import index from "../../../web/index.html" with { type: "text" };
import compare from "../../../web/style/compare.css" with { type: "text" };
import images from "../../../web/style/images.css" with { type: "text" };
import learn from "../../../web/style/learn.css" with { type: "text" };
import page from "../../../web/style/page.css" with { type: "text" };
import rooms from "../../../web/style/rooms.css" with { type: "text" };
import sees from "../../../web/style/sees.css" with { type: "text" };
import uplot from "uplot/dist/uPlot.min.css" with { type: "text" };
import parts from "../../plots/style/parts.css" with { type: "text" };
import tryIt from "../../../web/style/try.css" with { type: "text" };
import wrong from "../../../web/style/wrong.css" with { type: "text" };
import tokens from "../../plots/style/tokens.css" with { type: "text" };
import { sha256 } from "../../base/sha256.ts";
import { policySource } from "../../plots/html.ts";
import { innerComparisonStyle } from "../../plots/report/page_style.ts";
import type { Host } from "../../setup/host.ts";
import { WEB_RUNTIME } from "../../setup/web_runtime.ts";
import { confLine } from "./conf.ts";

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** What the page may fetch: its own files, images that it makes, and WebAssembly for HEIC. Headers and document say so. */
export const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; " +
  "img-src 'self' blob: data:; media-src blob:; worker-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'";

const SCRIPT = "text/javascript";
const MAIN = "web/main.tsx", WORKER = "web/worker/worker.ts";

const style = [
  tokens,
  parts,
  uplot,
  page,
  rooms,
  images,
  sees,
  learn,
  wrong,
  tryIt,
  compare,
  innerComparisonStyle,
].join("\n");

/** What the page's document says besides. */
export interface PageOptions {
  /** The address below which its server offers a dataset. */
  readonly data?: string | undefined;
  /** True to keep the files in the browser, for where the server is far. */
  readonly isOffline?: boolean;
}

/** What the page is made by. */
export type PageHost = Pick<Host, "bundle" | "configFiles" | "readWebRuntime">;

/** The page as files by name, with relative addresses. */
export async function pageFiles(
  { bundle, configFiles, readWebRuntime }: PageHost,
  { data, isOffline = false }: PageOptions = {},
): Promise<Map<string, PageFile>> {
  const [shell, worker] = await Promise.all([MAIN, WORKER].map((entry) => bundle(entry, true)));
  worker.set("worker.js", confLine(configFiles) + worker.get("worker.js"));
  const meta = [
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    data === undefined ? "" : `<meta name="wgrad-data" content="${data}">`,
    isOffline ? `<meta name="wgrad-offline" content="service_worker.js">` : "",
  ].join("");
  const markup = filled(index, {
    head: meta,
    style: `<link rel="stylesheet" href="style.css">`,
    script: `<script type="module" src="main.js"></script>`,
  });
  const files = new Map<string, PageFile>([
    ["index.html", { type: "text/html; charset=utf-8", body: markup }],
    ["style.css", { type: "text/css; charset=utf-8", body: style }],
    ...[shell, worker].flatMap((all) =>
      [...all].map(([name, body]): [string, PageFile] => [name, { type: SCRIPT, body }])
    ),
  ]);
  files.set(WEB_RUNTIME, { type: "application/wasm", body: await readWebRuntime() });
  if (isOffline) {
    const [[name, text]] = await bundle("web/service_worker.ts", false);
    files.set(name, { type: SCRIPT, body: await listing(files) + text });
  }
  return files;
}

/** The list of files that the service worker keeps, which are all; its version follows from their contents. */
async function listing(files: ReadonlyMap<string, PageFile>): Promise<string> {
  const hashes = await Promise.all([...files].map(async ([, { body }]) => (await sha256(body)).toHex()));
  const version = `wgrad-${(await sha256(hashes.join(" "))).toHex().slice(0, 16)}`;
  return `const PAGE = ${JSON.stringify({ version, files: ["./", ...files.keys()] })};\n`;
}

/** The page as one document that opens from disk. Its policy names the hashes of what it contains. */
export async function singleFile({ bundle, configFiles, readWebRuntime }: PageHost): Promise<string> {
  const [shell, worker] = await Promise.all(
    [MAIN, WORKER].map(async (entry) => [...(await bundle(entry, false)).values()][0]),
  );
  const code = inScript(shell);
  const policy = `default-src 'none'; script-src ${await policySource(code)} blob: 'wasm-unsafe-eval'; ` +
    `style-src ${await policySource(style)}; img-src blob: data:; media-src blob:; worker-src blob:; ` +
    "connect-src blob:; base-uri 'none'; form-action 'none'";
  return filled(index, {
    head: `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    style: `<style>${style}</style>`,
    script: `<script type="text/plain" id="worker">${inScript(confLine(configFiles) + worker)}</script>` +
      `<script type="text/plain" id="runtime">${await packed(await readWebRuntime())}</script>` +
      `<script>${code}</script>`,
  });
}

/** Bytes as base64 of their gzip, as src/host/browser_onnx.ts takes them. */
async function packed(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer()).toBase64();
}

/** Code that ends no script element before its own end; such text is within strings and regular expressions only. */
function inScript(code: string): string {
  return code.replaceAll(/<(?=\/script|!--)/gi, "\\x3C");
}

function filled(template: string, parts: Readonly<Record<string, string>>): string {
  return template.replaceAll(/<!-- (\w+) -->/g, (_, name: string) => parts[name]);
}
