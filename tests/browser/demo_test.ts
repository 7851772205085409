/** The demo of web/demo in Chromium: what a visitor sees. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { browserTest } from "../rings.ts";
import { bundle, html, type OpenPage, type Routes, script, withPage } from "./harness.ts";

const STEPS = 3;

browserTest("the page shows its GPU and trains", async () => {
  await withPage(await pageRoutes(), async ({ page, errors }) => {
    await page.waitForFunction(() => document.querySelector("#status")?.textContent === "Ready");
    assertMatch(await textOf(page, "#adapter"), /swiftshader/i);
    assertMatch(await textOf(page, "#limits"), /Largest binding\s*[\d,]+ MiB/);
    await page.fill("#steps", String(STEPS));
    await page.click("#train");
    await page.waitForFunction(
      () => /^Done|Cannot/.test(document.querySelector("#status")!.textContent!),
      undefined,
      { timeout: 0 }, // withPage() has a limit
    );
    assertEquals(await textOf(page, "#status"), `Done: ${STEPS} steps`);
    const losses = [...(await textOf(page, "#log")).matchAll(/loss (\d\.\d+)/g)].map(([, loss]) =>
      Number(loss)
    );
    assertEquals(losses.length, STEPS);
    assert(losses.every((loss) => loss > 0.5 && loss < 5), `No loss of five classes: ${losses}`);
    assertEquals(await page.locator("#chart .curve").count(), 1);
    assert(await coloursOf(page) > 1000, "The strip of crops is empty");
    assertEquals(errors, []);
  });
});

const withoutGpu: [what: string, message: RegExp, before: () => void][] = [
  ["no adapter", /^Cannot open a GPU because this browser found no adapter: switch on/, () => {
    navigator.gpu.requestAdapter = () => Promise.resolve(null);
  }],
  ["no WebGPU", /^Cannot open a GPU because this browser has no WebGPU: use a current/, () => {
    Object.defineProperty(navigator, "gpu", { value: undefined });
  }],
];

for (const [what, message, before] of withoutGpu) {
  browserTest(`the page says what to do where there is ${what}`, async () => {
    await withPage(await pageRoutes(), async ({ page, errors }) => {
      await page.waitForFunction(() => document.querySelector("#status")!.className === "bad");
      assertMatch(await textOf(page, "#status"), message);
      assertEquals(await page.isDisabled("#train"), true);
      assertEquals(errors, []);
    }, before);
  });
}

let routes: Promise<Routes> | undefined;

/** What the page is made of; bundled once. */
const pageRoutes = () => routes ??= readRoutes();

async function readRoutes(): Promise<Routes> {
  const read = (name: string) => Deno.readTextFile(new URL(`../../web/demo/${name}`, import.meta.url));
  return {
    "/": html(await read("index.html")),
    "/style.css": { type: "text/css", body: await read("style.css") },
    "/main.js": script(await bundle(["web/demo/main.ts"])),
  };
}

async function textOf(page: OpenPage["page"], selector: string): Promise<string> {
  return await page.locator(selector).textContent() ?? "";
}

/** How many different colours the strip of crops has. */
function coloursOf(page: OpenPage["page"]): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("#pictures")!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });
}
