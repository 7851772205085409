/**
 * Makes the README's images again: `deno run --allow-all docs/images/make.ts RUN`, where RUN is the folder of a finished
 * run. Takes a few minutes, because the page trains on Chromium's software GPU.
 */
import { chromium, type Page } from "playwright-core";
import sharp from "sharp";
import { bundle, html, type Routes, script } from "../../tests/browser/harness.ts";
import { chromiumPath } from "../../tests/rings.ts";

const [run] = Deno.args;
const web = (name: string) => Deno.readTextFile(new URL(`../../web/demo/${name}`, import.meta.url));
const routes: Routes = {
  "/": html(await web("index.html")),
  "/style.css": { type: "text/css", body: await web("style.css") },
  "/main.js": script(await bundle(["web/demo/main.ts"])),
  "/report": html(await Deno.readTextFile(`${run}/report.html`)),
};
const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, ({ url }) => {
  const route = routes[new URL(url).pathname];
  if (!route) return new Response(null, { status: 404 });
  return new Response(route.body as BodyInit, { headers: { "content-type": route.type } });
});
const args = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--no-sandbox"];
const browser = await chromium.launch({ executablePath: chromiumPath!, args });

/** Opens a page, gets it ready, and writes what is in view as NAME.png. */
async function shoot(name: string, path: string, ready: (page: Page) => Promise<void>): Promise<void> {
  const viewport = { width: 1100, height: 860 };
  const page = await browser.newPage({ viewport, deviceScaleFactor: 2, colorScheme: "light" });
  await page.goto(`http://127.0.0.1:${(server.addr as Deno.NetAddr).port}${path}`);
  await ready(page);
  const png = await page.screenshot();
  const file = new URL(`${name}.png`, import.meta.url).pathname;
  await sharp(png).png({ palette: true, effort: 10 }).toFile(file);
}

/** The confusion matrix with the images of its largest mistake. */
await shoot("report", "/report", async (page) => {
  await page.locator("#confusion").evaluate((section) => section.scrollIntoView()); // below the bar of links
  await page.locator("table.grid td:not(.diagonal)", { hasText: /^8$/ }).first().click();
  await page.waitForTimeout(500);
});

/** The page after two trainings: the second one compiles nothing. */
await shoot("page", "/", async (page) => {
  for (const steps of [2, 30]) {
    await page.fill("#steps", String(steps));
    await page.click("#train:enabled", { timeout: 60_000 });
    await page.locator("#status", { hasText: `Done: ${steps} steps` }).waitFor({ timeout: 900_000 });
  }
});
await browser.close();
await server.shutdown();
