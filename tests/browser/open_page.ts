/** The page as it is served, as a static folder, and as a single file, each in Chromium with its policy. */
import axe from "axe-core";
import type { Page } from "playwright-core";
import { assert, assertEquals } from "@std/assert";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { readWebRuntime } from "../../src/host/deno_onnx.ts";
import { openTree } from "../../src/host/deno_files.ts";
import { openFile } from "../../src/host/deno_file_source.ts";
import {
  type PageFile,
  pageFiles,
  type PageOptions as FileOptions,
  singleFile,
} from "../../src/tasks/page/files.ts";
import { offer, type Offered } from "../../src/tasks/page/offered.ts";
import { answers, DATA } from "../../src/tasks/page/server.ts";
import { builtBundle } from "./built.ts";
import { openBrowser } from "./harness.ts";

/** What makes the page. */
export const pageHost = { bundle: builtBundle, configFiles: denoConfigFiles(), readWebRuntime };

/** The ways in which the page is used: the same works in each. */
const OPENERS = { served, static: staticFolder, offline, single };

/** Served by its task, a static folder, the same once its server has ended, or one file from disk. */
export type Way = keyof typeof OPENERS;

/** The way that all tests take, if one is set: `PAGE_WAY=single deno test ...`. */
export const everyWay = wayOf(Deno.env.get("PAGE_WAY"));

function wayOf(name: string | undefined): Way | undefined {
  if (name === undefined || name in OPENERS) return name as Way | undefined;
  throw new RangeError(
    `Cannot open the page by PAGE_WAY=${name}: it is one of ${Object.keys(OPENERS).join()}`,
  );
}

/** The ways of tests that take more than one. */
export const WAYS: readonly Way[] = everyWay === undefined ? ["served", "static", "single"] : [everyWay];

/** How the page is opened. */
export interface PageOptions {
  readonly way?: Way;
  /** A dataset that the page's own server offers, which no other way does. */
  readonly photos?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: "light" | "dark";
  readonly reducedMotion?: "reduce";
  /** Runs in the page ahead of its own scripts. */
  readonly before?: () => void;
  /** Code that runs in the page's workers ahead of their own. */
  readonly inWorkers?: string;
}

type Body = (page: Page) => Promise<void>;

/** Opens the page; afterwards there must be no error, and no request to anything but its own files. */
export async function withOpenPage({ way = "served", ...options }: PageOptions, body: Body): Promise<void> {
  await OPENERS[options.photos === undefined ? everyWay ?? way : "served"](options, body);
}

async function served(options: PageOptions, body: Body): Promise<void> {
  const { photos } = options;
  const offered = photos === undefined ? undefined : await offer(await openTree(photos), openFile);
  const files = await filesFor(options, { data: offered && DATA });
  await using server = serve(files, offered);
  await openAt(addressOf(server), options, body);
}

/** On a server that knows nothing else. */
async function staticFolder(options: PageOptions, body: Body): Promise<void> {
  await using server = serve(await filesFor(options, { isOffline: true }), undefined);
  await openAt(addressOf(server), options, body);
}

/** As a static folder that is installed, and whose server ends before anything is done. */
async function offline(options: PageOptions, body: Body): Promise<void> {
  const server = serve(await filesFor(options, { isOffline: true }), undefined);
  await openAt(addressOf(server), options, async (page) => {
    await page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready;
      if (active!.state === "activated") return;
      await new Promise((resolve) => active!.addEventListener("statechange", resolve));
    });
    await server.shutdown();
    await page.reload();
    await body(page);
  });
}

let onePage: Promise<string> | undefined;

async function single({ inWorkers = "", ...options }: PageOptions, body: Body): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "wgrad_page_", suffix: ".html" });
  try {
    const text = await (onePage ??= singleFile(pageHost)), worker = '<script type="text/plain" id="worker">';
    await Deno.writeTextFile(path, text.replace(worker, () => worker + inWorkers));
    await openAt(`file://${path}`, options, body);
  } finally {
    await Deno.remove(path);
  }
}

async function filesFor({ inWorkers = "" }: PageOptions, made: FileOptions): Promise<Map<string, PageFile>> {
  const files = await pageFiles(pageHost, made), worker = files.get("worker.js")!;
  return files.set("worker.js", { ...worker, body: `${inWorkers}\n${worker.body}` });
}

function serve(files: ReadonlyMap<string, PageFile>, offered: Offered | undefined): Server {
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answers(files, offered));
}

type Server = Deno.HttpServer<Deno.NetAddr>;

const addressOf = (server: Server) => `http://127.0.0.1:${server.addr.port}/`;

/** Opens the page at an address in a context of its own. */
export async function openAt(
  address: string,
  { before, photos: _, way: _way, inWorkers: _code, ...options }: PageOptions,
  body: Body,
): Promise<void> {
  const context = await (await openBrowser()).newContext({
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  try {
    const page = await context.newPage();
    if (before) await page.addInitScript(before);
    const errors: string[] = [], foreign: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) errors.push(message.text());
    });
    context.on("request", (request) => {
      const url = request.url();
      if (!/^(?:data|blob):/.test(url) && !url.startsWith(address)) foreign.push(url);
    });
    await page.goto(address);
    await body(page);
    assertEquals(errors, []);
    assertEquals(foreign, []);
  } finally {
    await context.close();
  }
}

/** What keeps people out of what is shown, as axe sees it. */
export async function accessFaults(page: Page): Promise<string[]> {
  if (!await page.evaluate(() => "axe" in globalThis)) {
    await page.evaluate(`(() => { const module = undefined, exports = undefined; ${axe.source} })()`);
  }
  return await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}

/** A folder for screenshots, to look at. */
const SHOTS = Deno.env.get("PAGE_SHOTS");

/** How a page is looked at; the first is that of a page that is opened. */
const LOOKS = [
  { width: 1440, height: 900, colorScheme: "light" },
  { width: 390, height: 844, colorScheme: "dark" },
] as const;

/** A look: what the screen and the system are like. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly colorScheme?: "light" | "dark";
  readonly reducedMotion?: "reduce";
}

/** What is shown fits the screen and keeps nobody out, in each look; it ends in the first one. */
export async function requireOpenToAll(
  page: Page,
  what: string,
  looks: readonly Look[] = LOOKS,
): Promise<void> {
  for (const look of looks.toReversed()) {
    const { width, height, ...media } = look, where = `${what} at ${width} pixels`;
    await page.setViewportSize({ width, height });
    await page.emulateMedia(media);
    await page.waitForTimeout(100); // what follows the size is drawn
    await page.evaluate(() =>
      Promise.all(document.getAnimations().map(({ finished }) => finished)).then(() => {})
    );
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/${what}_${width}.png`, fullPage: true });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert(wide <= 0, `${where} is ${wide} pixels too wide`);
    assertEquals(await accessFaults(page), [], where);
  }
}

/** Drops files and folders of the disk on the page, as the system does. */
export async function drop(page: Page, ...files: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, x: 200, y: 300, data });
  }
  await session.detach();
}

/** The bytes of the file that a button saves. */
export async function saved(page: Page, button: string): Promise<Uint8Array> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: button }).click();
  return await Deno.readFile(await (await download).path());
}

/** Waits for an image of the camera. */
export async function isPlaying(page: Page): Promise<void> {
  await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
}

/** Waits until a confusion matrix is there: one of many classes is built in several frames. */
export async function matrixIsBuilt(page: Page, classes: number): Promise<void> {
  const cells = page.locator(".cells td[role=gridcell]");
  await cells.nth(classes ** 2 - 1).waitFor({ state: "attached" });
  assertEquals(await cells.count(), classes ** 2);
}
