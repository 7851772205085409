/** What the page tests share: bundles made by `deno bundle`, a server on localhost, and a page in headless Chromium. */
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, chromiumPath } from "../rings.ts";

const root = new URL("../../", import.meta.url);

/** Chromium's own GPU in software, so that the result does not depend on the machine, and no calls home. */
const FLAGS = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--no-sandbox",
  "--disable-gpu-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream", // a camera that draws; pages still have to be allowed to use it
];

/** After this time a page that hangs is closed, and its test fails. */
const LIMIT_MS = 480_000;

/** What a page is served, by path: bytes or text with their type. */
export type Routes = Readonly<Record<string, { type: string; body: string | Uint8Array }>>;

/** A page that is open, with what it sent and what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Bodies of POST requests, by path. */
  readonly posted: ReadonlyMap<string, Uint8Array>;
  /** Errors that nobody caught, and what was written to the console as an error. */
  readonly errors: readonly string[];
}

/** A module as a route. */
export const script = (body: string) => ({ type: "text/javascript", body });
/** A page as a route. */
export const html = (body: string) => ({ type: "text/html; charset=utf-8", body });
/** A page with nothing on it, for tests that bring their own modules. */
export const blank = html(`<!doctype html><title>wgrad</title><link rel="icon" href="data:,">`);

/**
 * Bundles modules into one for the browser, which exports what they export; paths are relative to the project.
 * `replaced` names modules that others stand in for.
 */
export async function bundle(
  modules: readonly string[],
  replaced: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "wgrad-bundle-" });
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
  try {
    await write("imports.json", importMap(replaced));
    await write("entry.ts", modules.map((path) => `export * from "${urlOf(path)}";\n`).join(""));
    const options = [
      "--quiet",
      "--platform=browser",
      `--import-map=${folder}/imports.json`,
      "--config=deno.dev.json",
    ];
    const args = ["bundle", ...options, `--output=${folder}/bundle.js`, `${folder}/entry.ts`];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: root }).output();
    if (!success) throw new Error(`Cannot bundle ${modules.join(", ")}: ${new TextDecoder().decode(stderr)}`);
    return await Deno.readTextFile(`${folder}/bundle.js`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function urlOf(path: string): string {
  return new URL(path, root).href;
}

/** The project's import map with modules replaced. */
function importMap(replaced: Readonly<Record<string, string>>): string {
  const { imports } = JSON.parse(Deno.readTextFileSync(new URL("deno.dev.json", root)));
  const urls = Object.entries(replaced).map((paths) => paths.map(urlOf));
  return JSON.stringify({ imports: { ...imports, ...Object.fromEntries(urls) } });
}

let launched: Promise<Browser> | undefined;

/** This file's browser, which starts in seconds: its pages are contexts that share nothing. Closed after the last test. */
export function openBrowser(): Promise<Browser> {
  return launched ??= chromium.launch({ executablePath: chromiumPath!, args: FLAGS }).then((browser) => {
    browser.on("disconnected", () => launched = undefined); // it has crashed: the next test gets another
    return browser;
  });
}

afterAll(async () => await (await launched)?.close());

/**
 * Serves `routes`, opens the page at `/`, runs `body` with it, and closes both. `before` runs in the page ahead of its
 * own scripts.
 */
export async function withPage(
  routes: Routes,
  body: (open: OpenPage) => Promise<void>,
  before?: () => void,
): Promise<void> {
  const posted = new Map<string, Uint8Array>();
  const errors: string[] = [];
  await using server = serve(routes, posted);
  const context = await (await openBrowser()).newContext();
  const limit = setTimeout(() => void context.close({ reason: "The page took too long" }), LIMIT_MS);
  try {
    const page = await context.newPage();
    if (before) await page.addInitScript(before);
    page.on("pageerror", (error) => errors.push(String(error.stack ?? error)));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}/`);
    await body({ page, posted, errors });
  } finally {
    clearTimeout(limit);
    await context.close();
  }
}

function serve(routes: Routes, posted: Map<string, Uint8Array>): Deno.HttpServer {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      posted.set(pathname, new Uint8Array(await request.arrayBuffer()));
      return new Response(null, { status: 204 });
    }
    const route = routes[pathname];
    if (!route) return new Response(`There is no ${pathname}`, { status: 404 });
    return new Response(route.body as BodyInit, { headers: { "content-type": route.type } });
  });
}
