/**
 * Makes the README's images again: `deno run --allow-all docs/images/make.ts RUN`, where RUN is the folder of a finished
 * run. Takes a few minutes, because the page trains on Chromium's software GPU.
 */
import { readWebRuntime } from "../../src/host/deno_onnx.ts";
import { chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { bundle } from "../../src/host/deno_page.ts";
import { pageFiles } from "../../src/tasks/page/files.ts";
import { answers } from "../../src/tasks/page/server.ts";
import { chromiumPath } from "../../tests/rings.ts";

const [run] = Deno.args;
const files = await pageFiles({ bundle, configFiles: denoConfigFiles(), readWebRuntime });
const page = answers(files, undefined);
const report = await Deno.readTextFile(`${run}/report.html`);
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
  if (new URL(request.url).pathname !== "/report") return await page(request);
  return new Response(report, { headers: { "content-type": "text/html; charset=utf-8" } });
});
const args = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--no-sandbox"];
const browser = await chromium.launch({ executablePath: chromiumPath!, args });

/** Opens a page, gets it ready, and writes what is in view as NAME.png; then `more`. */
async function shoot(
  name: string,
  path: string,
  ready: (page: Page) => Promise<void>,
  more: (page: Page) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const viewport = { width: 1100, height: 860 };
  const page = await browser.newPage({ viewport, deviceScaleFactor: 2, colorScheme: "light" });
  await page.goto(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}${path}`);
  await ready(page);
  await write(page, name);
  await more(page);
}

async function write(page: Page, name: string): Promise<void> {
  const file = new URL(`${name}.png`, import.meta.url).pathname;
  await sharp(await page.screenshot()).png({ palette: true, effort: 10 }).toFile(file);
}

/** The confusion matrix with the images of its largest mistake. */
await shoot("report", "/report", async (page) => {
  await page.locator("#confusion").evaluate((section) => section.scrollIntoView()); // below the bar of links
  await page.locator("table.grid td:not(.diagonal)", { hasText: /^8$/ }).first().click();
  await page.waitForTimeout(500);
});

/** The page after a training, and where that is wrong. */
await shoot("page", "/", async (page) => {
  await page.getByRole("button", { name: "Draw jersey numbers" }).click();
  await page.locator(".badge.done").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Will it learn?" }).click();
  await page.getByLabel("Image side, pixels").selectOption("32");
  await page.getByRole("button", { name: "2. Train" }).click({ timeout: 60_000 });
  await page.locator("#run-title .badge", { hasText: "finished" }).waitFor({ timeout: 900_000 });
}, async (page) => {
  await page.getByRole("button", { name: "Where it is wrong" }).click();
  await page.locator(".matrix").waitFor();
  await page.waitForTimeout(1000);
  await write(page, "page_wrong");
});
await browser.close();
await server.shutdown();
