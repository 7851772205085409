/** A batch that is learnt by heart in the page, in Chromium on SwiftShader: what is said of it, and by keyboard alone. */
import { assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { browserTest } from "../rings.ts";
import { jerseysZip, openLearning, state, textOf } from "./learning.ts";
import { withOpenPage } from "./open_page.ts";

/** Images of a small batch, which takes half of the time. */
const SMALL = "8";

/** Has a batch learnt by heart, and returns what is said of it. */
async function verdictOf(page: Page): Promise<string> {
  await page.getByRole("button", { name: "1. Learn one batch by heart" }).click();
  await state(page, "finished");
  return await page.locator("section[aria-labelledby=judgement-title]").innerText();
}

/** Presses Tab until what has the focus is called so. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const { activeElement: at } = document, label = at?.closest("label")?.textContent;
      return `${at?.getAttribute("aria-label") ?? label ?? at?.textContent}`.trim();
    });
    if (name.test(focused)) return;
  }
  throw new Error(`Tab never comes to ${name}`);
}

/** What is done in one page, as a software GPU takes a minute to compile the kernels. */
const LEARNING: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  async "one image under two labels is named, and a rate that is too high"(page) {
    await openLearning(page, await jerseysZip(8, { "train/7/copy.jpg": "train/3/0.jpg" }));
    await page.getByText("the label of the most similar image of train").waitFor();
    await page.getByLabel("Images a step").fill(SMALL);
    const [said] = await Promise.all([
      verdictOf(page),
      page.getByText(/Compiling kernels: \d+ of \d+/).waitFor({ timeout: 100_000 }),
    ]);
    assertMatch(said, /Labels contradict each other/);
    assertMatch(said, /train\/7\/copy\.jpg/);
    assertMatch(said, /train\/3\/0\.jpg/);
    await page.getByLabel("Rate").fill("1000");
    assertMatch(await verdictOf(page), /It diverges\s+The loss .* a rate of 1000 is too high/);
  },
  async "by keyboard alone, drawn jerseys are opened, fixed, exported and learnt, and the command is copied"(
    page,
  ) {
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const press = async (name: RegExp) => {
      await tabTo(page, name);
      await page.keyboard.press("Enter");
    };
    const enter = async (field: RegExp, text: string) => {
      await tabTo(page, field);
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.type(text);
    };
    await press(/^Data$/);
    await press(/^Draw jersey numbers$/);
    await page.locator(".badge.done").waitFor({ timeout: 60_000 });
    await press(/^Look and fix$/);
    await page.locator(".tile").nth(2).waitFor();
    await tabTo(page, /^\d+ images$/);
    for (const [at, key] of ["x", "x", "m"].entries()) {
      if (at > 0) await page.keyboard.press("ArrowRight");
      const path = await page.locator(`#tile-${at}`).getAttribute("title");
      await page.locator("aside form code", { hasText: path! }).waitFor();
      await page.keyboard.press(key);
    }
    await page.locator("p[aria-busy=false]", { hasText: "3 decisions" }).waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), press(/^Save patch\.jsonl$/)]);
    assertEquals(textOf(await Deno.readFile(await download.path())).trim().split("\n").length, 3);
    await press(/^Will it learn\?$/);
    await page.getByText("On google swiftshader").waitFor({ timeout: 60_000 });
    await tabTo(page, /^Image side, pixels/);
    await page.keyboard.type("32");
    await enter(/^Epochs/, "1");
    await enter(/^Images a step/, SMALL);
    await enter(/^Rate/, "0.001");
    await press(/^1\. Learn one batch by heart$/);
    await state(page, "finished");
    const judged = await page.locator("section[aria-labelledby=judgement-title]").innerText();
    assertMatch(judged, /It learns\s+After \d+ steps all 8 images/);
    await press(/^Take it away$/);
    await press(/^Copy: The command$/);
    await page.getByText("Copied", { exact: true }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assertMatch(
      copied,
      /^deno task train data=synthetic_jerseys .*data\.image_size=32 .*max_epochs=1 .*data\.patch=patch\.jsonl$/,
    );
  },
};

browserTest("a page from disk says what a batch by heart tells", async (context) => {
  await withOpenPage({ way: "single" }, async (page) => {
    for (const [name, learn] of Object.entries(LEARNING)) await context.step(name, () => learn(page));
  });
});

const WITHOUT: readonly [what: string, code: string, message: RegExp][] = [
  [
    "no adapter",
    "navigator.gpu.requestAdapter = () => Promise.resolve(null);",
    /found no adapter: switch on/,
  ],
  [
    "no WebGPU",
    'Object.defineProperty(navigator, "gpu", { value: undefined });',
    /this browser has no WebGPU: use a current/,
  ],
];

for (const [what, code, message] of WITHOUT) {
  browserTest(`the page says in a line what does not work where there is ${what}`, async () => {
    await withOpenPage({ inWorkers: code }, async (page) => {
      await page.getByRole("button", { name: "Draw jersey numbers" }).click();
      await page.locator(".badge.done").waitFor({ timeout: 60_000 });
      await page.getByRole("button", { name: "Will it learn?" }).click();
      const line = await page.getByText("No training and no predictions here").innerText();
      assertMatch(line, message);
      assertEquals(await page.getByRole("button", { name: "2. Train" }).isDisabled(), true);
    });
  });
}
