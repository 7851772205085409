/** A comparison of runs in Chromium, opened from disk as a user does. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { htmlComparison } from "../../src/plots/report/html_comparison.ts";
import { readComparison } from "../../src/train/report/read_comparison.ts";
import { browserTest } from "../rings.ts";
import { classNames } from "../train/report/sample_run.ts";
import { sweepTexts, textTree } from "../train/report/sample_comparison.ts";
import { accessFaults, matrixIsBuilt, openAt, type PageOptions } from "./open_page.ts";

/** Folder for screenshots, to be looked at by people. */
const SHOTS = Deno.env.get("WGRAD_SHOTS");

/** A comparison of so many runs and classes in a page; no request but the file's own, and no error. */
async function withComparison(
  { runs, classes, ...options }: PageOptions & { readonly runs: number; readonly classes: number },
  body: (page: Page) => Promise<void>,
): Promise<void> {
  const names = classes < 5 ? ["1", "23", "<b>45</b>"].slice(0, classes) : classNames(classes);
  const texts = sweepTexts({ runs, classes: names, samples: 12 * classes, epochs: 8 });
  const comparison = await readComparison([textTree("outputs/multirun/sample", texts)], {
    now: new Date(0),
    from: "outputs/multirun/sample",
  });
  const path = await Deno.makeTempFile({ prefix: "wgrad_comparison_", suffix: ".html" });
  try {
    await Deno.writeTextFile(path, await htmlComparison(comparison));
    await openAt(`file://${path}`, options, body);
  } finally {
    await Deno.remove(path);
  }
}

async function requireOpenToAll(page: Page, name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert(wide <= 0, `the page is ${wide} pixels too wide`);
  assertEquals(await accessFaults(page), []);
}

for (
  const { runs, classes, width, colorScheme } of [
    { runs: 2, classes: 3, width: 1440, colorScheme: "light" },
    { runs: 20, classes: 100, width: 390, colorScheme: "dark" },
  ] as const
) {
  browserTest(
    `a comparison of ${runs} runs with ${classes} classes at ${width} pixels in ${colorScheme} is open to all`,
    async () => {
      await withComparison(
        { runs, classes, viewport: { width, height: 900 }, colorScheme },
        async (page) => {
          assertEquals(await page.locator("#runs tbody tr").count(), runs);
          await matrixIsBuilt(page, classes);
          assertEquals(await page.locator(".unfinished li").count(), 2);
          await requireOpenToAll(page, `comparison_${runs}_${classes}_${width}`);
        },
      );
    },
  );
}

browserTest("a comparison's table sorts with the better ones first, and marks the best", async () => {
  await withComparison({ runs: 6, classes: 3 }, async (page) => {
    const cells = (column: number) => page.locator(`#runs tbody tr > :nth-child(${column})`).allInnerTexts();
    const heads = await page.locator("#runs thead th").allInnerTexts();
    for (const [name, isSmall] of [["Best val loss", true], ["Best val top-1", false]] as const) {
      const column = heads.findIndex((head) => head.trim() === name) + 1;
      await page.getByRole("button", { name, exact: true }).click();
      const texts = await cells(column), values = texts.map((text) => parseFloat(text.replace("★", "")));
      assertEquals(values, values.toSorted((a, b) => isSmall ? a - b : b - a));
      assertMatch(texts[0], /^★ [^]*\(best\)$/);
      assert(texts.slice(1).every((text) => !text.includes("★")), texts.join());
    }
    assertEquals(await page.locator("#runs a").first().getAttribute("href"), "3/report.html");
  });
});

browserTest("a comparison's curves have a metric to choose, and a legend that hides runs", async () => {
  await withComparison({ runs: 12, classes: 3 }, async (page) => {
    const canvas = page.locator(".one-chart canvas"), title = page.locator(".one-chart h3");
    assertMatch(await title.innerText(), /^Validation loss/);
    const whole = await canvas.screenshot();
    await page.locator(".run-list input").first().uncheck();
    const without = await canvas.screenshot();
    assert(!without.equals(whole), "a hidden run changes nothing");
    await page.locator(".run-list label").nth(3).hover();
    const dimmed = await canvas.screenshot();
    assert(!dimmed.equals(without), "the run under the pointer in the legend does not stand out");
    await page.locator("h1").hover();
    assert((await canvas.screenshot()).equals(without), "the others stay dimmed");
    await page.getByRole("button", { name: "None" }).click();
    assertEquals(await page.locator(".run-list input:checked").count(), 0);
    await page.getByRole("button", { name: "All" }).click();
    assertEquals(await page.locator(".run-list input:checked").count(), 12);
    await page.getByLabel("Metric").selectOption({ label: "Validation top-1" });
    assertMatch(await title.innerText(), /^Validation top-1/);
    const over = page.locator(".one-chart .u-over"), box = (await over.boundingBox())!;
    for (let y = .02; y < 1 && await page.locator("#curves .readout").innerText() === ""; y += .03) {
      await page.mouse.move(box.x + .999 * box.width, box.y + y * box.height);
    }
    assertMatch(
      await page.locator("#curves .readout").innerText(),
      /^optimizer\.lr=\S+ seed=\d: epoch 7, \d+\.\d\d %$/,
    );
  });
});

browserTest(
  "a comparison's configuration has only what differs, and its matrix says what changed",
  async () => {
    await withComparison({ runs: 5, classes: 3 }, async (page) => {
      assertEquals(await page.locator(".config tbody th").allInnerTexts(), ["optimizer.lr", "seed"]);
      assertEquals(await page.locator(".config td").allInnerTexts(), [
        ...["1e-3", "5e-4", "2e-4", "1e-4", "1e-3"],
        ...["0", "0", "0", "0", "1"],
      ]);
      assertEquals(await page.locator(".config td b").allInnerTexts(), ["1"]);
      await page.getByLabel("counts").check();
      const cells = page.locator(".cells td[role=gridcell]");
      const value = (text: string) => text === "" ? 0 : Number(text.replace("−", "-"));
      const changes = (await cells.allInnerTexts()).map(value);
      for (let row = 0; row < 3; row++) {
        assertEquals(changes.slice(3 * row, 3 * row + 3).reduce((a, b) => a + b), 0);
      }
      assert(changes.some((change) => change > 0) && changes.some((change) => change < 0), changes.join());
      await cells.first().focus();
      await page.keyboard.press("ArrowRight");
      assertMatch(
        await page.locator("#confusion .readout").innerText(),
        /^True 1 predicted as 23: \d+ of 12 before, \d+ of 12 after, (?:[+−]\d+(?:\.\d)? points|no change)$/,
      );
      await page.getByLabel("To run").selectOption({ index: 0 });
      assertEquals((await cells.allInnerTexts()).join(""), "");
      await page.getByText("None: both predicted the same number in every cell.").waitFor();
    });
  },
);
