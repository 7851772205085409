/** The page as it is served, as a static folder, and as a single file, each in Chromium with its policy. */
import axe from "axe-core";
import type { Page } from "playwright-core";
import { assertEquals } from "@std/assert";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { readWebRuntime } from "../../src/host/deno_onnx.ts";
import { openTree } from "../../src/host/deno_files.ts";
import { openFile } from "../../src/host/deno_file_source.ts";
import { pageFiles, singleFile } from "../../src/tasks/page/files.ts";
import { offer } from "../../src/tasks/page/offered.ts";
import { answers, DATA } from "../../src/tasks/page/server.ts";
import { builtBundle } from "./built.ts";
import { openBrowser } from "./harness.ts";

/** What makes the page. */
export const pageHost = { bundle: builtBundle, configFiles: denoConfigFiles(), readWebRuntime };

/** How the page is opened. */
export interface PageOptions {
  /** A dataset that the server offers. */
  readonly photos?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: "light" | "dark";
  readonly reducedMotion?: "reduce";
  /** Runs in the page ahead of its own scripts. */
  readonly before?: () => void;
}

/** Serves the page and opens it; afterwards there must be no error, and no request to anything but its own server. */
export async function withServedPage(
  options: PageOptions,
  body: (page: Page) => Promise<void>,
): Promise<void> {
  const { photos } = options;
  const offered = photos === undefined ? undefined : await offer(await openTree(photos), openFile);
  const files = await pageFiles(pageHost, { data: offered && DATA });
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    answers(files, offered),
  );
  await openAt(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}/`, options, body);
}

let single: Promise<string> | undefined;

/** Opens the page from disk, as one file. */
export async function withSinglePage(
  options: PageOptions,
  body: (page: Page) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "wgrad_page_", suffix: ".html" });
  try {
    await Deno.writeTextFile(path, await (single ??= singleFile(pageHost)));
    await openAt(`file://${path}`, options, body);
  } finally {
    await Deno.remove(path);
  }
}

/** Opens the page as a folder of static files on a server that knows nothing else. */
export async function withStaticPage(
  options: PageOptions,
  body: (page: Page) => Promise<void>,
): Promise<void> {
  const files = await pageFiles(pageHost, { isOffline: true });
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    answers(files, undefined),
  );
  await openAt(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}/`, options, body);
}

/** Opens the page as a folder of static files, has it installed, and ends its server: what works then works offline. */
export async function withOfflinePage(
  options: PageOptions,
  body: (page: Page) => Promise<void>,
): Promise<void> {
  const files = await pageFiles(pageHost, { isOffline: true });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    answers(files, undefined),
  );
  await openAt(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}/`, options, async (page) => {
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

/** The ways in which the page is used: the same works in each. */
export const WAYS: Readonly<Record<string, typeof withServedPage>> = {
  "from its own server": withServedPage,
  "as a static folder": withStaticPage,
  "from disk, as one file": withSinglePage,
};

/** Opens the page at an address in a context of its own. */
export async function openAt(
  address: string,
  { before, photos: _, ...options }: PageOptions,
  body: (page: Page) => Promise<void>,
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
  await page.evaluate(`(() => { const module = undefined, exports = undefined; ${axe.source} })()`);
  return await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
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
