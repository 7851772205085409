/** The page in Chromium: what is dropped is checked as the command line does, from a server and from disk. */
import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { gzipSync, zipSync } from "fflate";
import type { Page } from "playwright-core";
import { decodeImage, encodeJpeg } from "../../src/host/deno_images.ts";
import { byteSource } from "../../src/base/byte_source.ts";
import { archiveTree } from "../../src/data/files/archives/tree.ts";
import { readDataset } from "../../src/data/files/dataset.ts";
import { formatPatch } from "../../src/data/files/patch.ts";
import { checkHealth } from "../../src/data/health/check.ts";
import { proposeCorrections } from "../../src/data/health/propose.ts";
import { findTwins } from "../../src/data/health/twins.ts";
import type { FileTree } from "../../src/data/types.ts";
import { FORMAT_FILES, formatFile } from "../data/decode/formats.ts";
import { dirtyFiles } from "../data/dirty.ts";
import { patterned } from "../data/helpers.ts";
import { pageFiles } from "../../src/tasks/page/files.ts";
import { browserTest } from "../rings.ts";
import { withPage } from "./harness.ts";
import { pageHost, requireOpenToAll, withOpenPage } from "./open_page.ts";

/** Class folders without splits: patterns, copies within and across classes, and every awkward file there is. */
async function dirtyZip(): Promise<Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 40; i++) {
    files[`set/${i % 2 ? "odd" : "even"}/${i}.jpg`] = await encodeJpeg(patterned(30 + i, 28, i), 90);
  }
  const clear = dirtyFiles().filter(({ judged }) => judged !== "either");
  for (const { name, bytes } of clear) files[`set/dirty/${name}`] = bytes;
  for (const name of FORMAT_FILES.filter((name) => !name.endsWith(".avif"))) {
    files[`set/formats/${name}`] = formatFile(name);
  }
  files["set/odd/copy.jpg"] = files["set/odd/1.jpg"];
  files["set/even/copy.jpg"] = files["set/odd/3.jpg"];
  return zipSync(files, { level: 0 });
}

/** What `deno task stats --patch` writes. */
async function patchOf(tree: FileTree): Promise<string> {
  const findAlike = async (samples: readonly { path: string; className: string }[]) =>
    await findTwins(samples, { tree, decode: decodeImage, parallel: 4 });
  const dataset = await readDataset(tree, { findAlike });
  return formatPatch(
    proposeCorrections(await checkHealth(tree, dataset, decodeImage, {})),
  );
}

async function choose(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await page.locator("input[type=file]:not([webkitdirectory])")
    .setInputFiles({ name, mimeType: "application/zip", buffer: Buffer.from(bytes) });
}

async function savedPatch(page: Page): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save fix.jsonl" }).click(),
  ]);
  return await Deno.readTextFile(await download.path());
}

browserTest("the page proposes for class folders without splits what the command line does", async () => {
  const bytes = await dirtyZip();
  const expected = await patchOf(await archiveTree({ source: byteSource("set.zip", bytes) }));
  assert(expected.split("\n").length > 5, expected);
  await withOpenPage({}, async (page) => {
    await choose(page, "set.zip", bytes);
    await page.locator(".badge.done").waitFor({ timeout: 60_000 });
    assertEquals(await savedPatch(page), expected);
    await page.getByRole("button", { name: "Data" }).click();
    await page.getByText("look like classes, without splits").waitFor();
  });
});

/** What the page shows while its verdict is from a sample, for as long as it does. */
function keepSample(): void {
  const kept: string[] = (globalThis as unknown as { kept: string[] }).kept = [];
  new MutationObserver(() => {
    if (document.querySelector(".badge.sample")) kept.push(document.querySelector("main")!.innerText);
  }).observe(document, { subtree: true, childList: true });
}

browserTest(
  "class folders without splits get a verdict from a sample, which takes no copies apart",
  async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 700; i++) {
      const data = crypto.getRandomValues(new Uint8Array(16 * 12 * 3));
      const image = await encodeJpeg({ width: 16, height: 12, data }, 80);
      for (const copy of ["a", "b"]) files[`set/${i % 2 ? "odd" : "even"}/${i}${copy}.jpg`] = image;
    }
    await withOpenPage({ before: keepSample }, async (page) => {
      await choose(page, "set.zip", zipSync(files, { level: 0 }));
      await page.locator(".badge.done").waitFor({ timeout: 60_000 });
      const seen = await page.evaluate(() => (globalThis as unknown as { kept: string[] }).kept);
      assert(/from a sample of \d+ of 1,?400 files/i.test(seen[0]), seen[0]);
      for (const text of seen) assert(!/in two splits/i.test(text), text);
      await page.getByRole("button", { name: "Data" }).click();
      const [, valid] = /valid (\d+)/.exec(await page.locator(".notes").innerText()) ?? [];
      assert(Number(valid) > 0 && Number(valid) % 2 === 0, valid); // in the end copies are in one split, each
    });
  },
);

browserTest("the first load has at most 60 kB compressed, and brings nothing else along", async () => {
  const files = await pageFiles(pageHost), first = ["index.html", "style.css", "main.js"];
  const sizes = first.map((name) =>
    gzipSync(new TextEncoder().encode(files.get(name)!.body as string)).length
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  assert(bytes > 20_000 && bytes <= 60_000, `${first}: ${sizes} bytes`);
  assert(!/(?:\bfrom|\bimport)\s*"\.\//.test(files.get("main.js")!.body as string));
});

browserTest("the page asks where a dataset can be read in two ways", async () => {
  const image = await encodeJpeg(patterned(20, 20, 1), 90);
  const names = ["a/x", "a/y", "b/x", "b/z"].flatMap((folder) => [`${folder}/1.jpg`, `${folder}/2.jpg`]);
  const bytes = zipSync(Object.fromEntries(names.map((name) => [name, image])));
  await withOpenPage({ viewport: { width: 390, height: 800 } }, async (page) => {
    await choose(page, "deep.zip", bytes);
    await page.getByRole("heading", { name: "How is this to be read?" }).waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert(wide <= 0, `the page is ${wide} pixels too wide`);
    await page.getByRole("button", { name: "the second folder is the class" }).click();
    await page.locator(".badge.done").waitFor({ timeout: 60_000 });
    assertEquals(await page.locator(".counts tbody th").allInnerTexts(), ["x", "y", "z"]);
  });
});

/** Opens the drawn jerseys, and their images once they are checked. */
async function openImages(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Draw jersey numbers" }).click();
  await page.locator(".badge.done").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Look and fix" }).click();
  await page.locator(".tile").nth(2).waitFor();
  await page.locator(".grid").focus();
}

browserTest(
  "images are dropped, relabelled and moved by keyboard, and decisions outlive the tab",
  async () => {
    await withOpenPage({}, async (page) => {
      await openImages(page);
      const tile = (at: number) => page.locator(`#tile-${at}`);
      const path = async (at: number) => await tile(at).getAttribute("title");
      const [first, second, third] = [await path(0), await path(1), await path(2)];
      const chosen = (path: string | null) => page.locator("aside form code", { hasText: path! }).waitFor();
      await chosen(first);
      await page.keyboard.press("x");
      await page.keyboard.press("ArrowRight");
      await chosen(second);
      await page.keyboard.press("l");
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.type("99");
      await page.keyboard.press("Enter");
      await page.keyboard.press("ArrowRight");
      await chosen(third);
      await page.keyboard.press("m");
      await page.keyboard.press("x");
      await page.keyboard.press("u");
      await page.locator("p[aria-busy=false]", { hasText: "3 decisions" }).waitFor();
      await page.reload();
      await openImages(page);
      await page.getByText("3 decisions").waitFor();
      assert((await page.locator(".tile").count()) < 500);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save patch.jsonl" }).click(),
      ]);
      const lines = (await Deno.readTextFile(await download.path())).trim().split("\n");
      assertEquals(lines.map((line) => JSON.parse(line)), [
        { image: first, action: "drop", reason: "decided in the page" },
        { image: second, action: "relabel", label: "99" },
        { image: third, action: "move", split: "valid" },
      ]);
    });
  },
);

browserTest(
  "back and forward go through the rooms, and tabs with one dataset share its decisions",
  async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 6; i++) {
      files[`${i % 2 ? "odd" : "even"}/${i}.jpg`] = await encodeJpeg(
        patterned(20, 20, i),
        90,
      );
    }
    const bytes = zipSync(files, { level: 0 });
    await withOpenPage({}, async (page) => {
      const openIn = async (tab: Page) => {
        await choose(tab, "set.zip", bytes);
        await tab.locator(".badge.done").waitFor({ timeout: 60_000 });
        await tab.getByRole("button", { name: "Look and fix" }).click();
        await tab.locator(".tile").nth(5).waitFor();
        await tab.locator(".grid").focus();
      };
      const isShown = (room: string) => page.locator("nav [aria-current]", { hasText: room }).waitFor();
      await openIn(page);
      await page.goBack();
      await isShown("Verdict");
      await page.goBack();
      await isShown("Data");
      await page.goForward();
      await page.goForward();
      await isShown("Look and fix");
      const other = await page.context().newPage();
      await other.goto(page.url());
      await openIn(other);
      await page.locator(".grid").focus();
      await page.keyboard.press("x");
      await other.locator(".tile.dropped").waitFor();
      for (const key of ["ArrowRight", "m"]) await other.keyboard.press(key);
      await page.getByText("2 decisions").waitFor();
      await page.keyboard.press("u"); // what this tab has decided, not the other
      await other.locator(".tile.dropped").waitFor({ state: "detached" });
      await other.getByText("1 decision,").waitFor();
    });
  },
);

browserTest("a part that the server does not give any more is missed in a line", async () => {
  const files = [...await pageFiles(pageHost)].map(([name, file]) => [`/${name}`, file] as const);
  const routes = Object.fromEntries(files);
  routes["/"] = routes["/index.html"];
  await withPage(routes, async ({ page }) => {
    await page.getByRole("button", { name: "Draw jersey numbers" }).click();
    await page.locator(".badge.done").waitFor({ timeout: 60_000 });
    for (const path of Object.keys(routes)) if (path.startsWith("/engine")) delete routes[path];
    await page.getByRole("button", { name: "Will it learn?" }).click();
    await page.getByText("Cannot load a part of the page: its server does not answer").waitFor();
  });
});

browserTest("every room is open to all, wide in light and narrow in dark", async () => {
  await withOpenPage({}, async (page) => {
    await requireOpenToAll(page, "empty");
    await openImages(page);
    await requireOpenToAll(page, "images");
    for (const room of ["Verdict", "Data"]) {
      await page.getByRole("button", { name: room, exact: true }).click();
      await requireOpenToAll(page, room.toLowerCase());
    }
    await page.getByRole("button", { name: "Try it" }).click();
    await page.getByRole("button", { name: "Take the dataset's chosen image" }).waitFor();
    await requireOpenToAll(page, "try");
    await page.getByRole("button", { name: "Will it learn?" }).click();
    await page.getByText("On google swiftshader").waitFor({ timeout: 60_000 });
    await requireOpenToAll(page, "learn");
    await page.getByRole("button", { name: "Take it away" }).click();
    await requireOpenToAll(page, "take");
    await page.getByRole("button", { name: "What the network sees", exact: true }).click();
    await page.getByRole("combobox", { name: "Preset" }).selectOption("default");
    await page.locator(".class-change").waitFor();
    await page.locator("summary").click();
    await requireOpenToAll(page, "sees");
  });
});
