/** A run's report in Chromium, opened from disk as a user does. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { htmlReport } from "../../src/plots/report/html_report.ts";
import { readRun } from "../../src/train/report/read_run.ts";
import { afterAll, browserTest } from "../rings.ts";
import { openBrowser } from "./harness.ts";
import { matrixIsBuilt } from "./open_page.ts";
import { classNames, memoryFiles, sampleRun } from "../train/report/sample_run.ts";

/** Folder for screenshots, to be looked at by people. */
const SHOTS = Deno.env.get("WGRAD_SHOTS");

const written = new Map<number, Promise<string>>();

/** The path of a report over so many classes, on disk; each is written once. */
function reportOf(classes: number): Promise<string> {
  const write = async () => {
    const options = {
      classes: classNames(classes),
      samples: 12 * classes,
      epochs: 6,
      pictures: 200,
      side: 32,
    };
    const files = await sampleRun(options);
    const path = await Deno.makeTempFile({ prefix: "wgrad_report_", suffix: ".html" });
    await Deno.writeTextFile(path, await htmlReport(await readRun(memoryFiles(files), new Date(0))));
    return path;
  };
  if (!written.has(classes)) written.set(classes, write());
  return written.get(classes)!;
}

afterAll(async () => {
  for (const path of written.values()) await Deno.remove(await path);
});

/** A report over so many classes in a page; no request but the file's own, and no error. */
async function withReport(
  classes: number,
  body: (page: Page) => Promise<void>,
  { before, ...options }: {
    colorScheme?: "dark";
    viewport?: { width: number; height: number };
    before?: () => void;
  } = {},
): Promise<void> {
  const path = await reportOf(classes), browser = await openBrowser();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  try {
    const page = await context.newPage();
    if (before) await page.addInitScript(before);
    const errors: string[] = [], requests: string[] = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) errors.push(message.text());
    });
    page.on("dialog", (dialog) => {
      errors.push(`dialog ${dialog.message()}`);
      return dialog.dismiss();
    });
    page.on("request", (request) => {
      if (!request.url().startsWith("data:")) requests.push(request.url());
    });
    await page.goto(`file://${path}`);
    await body(page);
    assertEquals(errors, []);
    assertEquals(requests, [`file://${path}`]);
  } finally {
    await context.close();
  }
}

async function shoot(page: Page, name: string, fullPage = true): Promise<void> {
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage });
}

for (const classes of [5, 42, 100]) {
  browserTest(`the report of ${classes} classes opens a cell's images`, async () => {
    await withReport(classes, async (page) => {
      await matrixIsBuilt(page, classes);
      const wrong = page.locator(".cells td.pale:not(.diagonal)").first();
      await wrong.click();
      const [, heading, count] = /^True (.* predicted as .*): (\d+) of/.exec(
        await page.locator(".readout").innerText(),
      )!;
      assertEquals(await page.locator(".panel h3").innerText(), heading);
      const widths = await page.locator(".panel figure.wrong img").evaluateAll((images) =>
        images.map((image) => (image as HTMLImageElement).naturalWidth)
      );
      assertEquals(widths, Array(Number(count)).fill(32));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert(overflow <= 0, `the page is ${overflow} pixels too wide`);
      await shoot(page, `report_${classes}`);
    });
  });
}

browserTest("the report shows a class called <script> as text, everywhere", async () => {
  await withReport(5, async (page) => {
    const name = "<script>alert(1)</script>";
    for (const place of ["#classes tbody th", "#data tbody th", ".cells tbody th"]) {
      const texts = await page.locator(place).allInnerTexts();
      assert(texts.includes(name), `${place} has ${texts}`);
      assert(texts.includes(`"quoted" & 'single'`), `${place} has ${texts}`);
    }
    assertEquals(await page.locator("script").count(), 3);
  });
});

browserTest("the report sorts its class table by each column, with null last", async () => {
  await withReport(42, async (page) => {
    const texts = (column: number) =>
      page.locator(`#classes tbody tr > :nth-child(${column})`).allInnerTexts();
    assertEquals((await texts(1)).slice(0, 4), [
      "\"quoted\" & 'single'",
      "<script>alert(1)</script>",
      "0",
      "1",
    ]);
    const button = page.locator("#classes thead button", { hasText: "F1" });
    await button.click();
    const scores = (await texts(5)).map(Number);
    assertEquals(scores, scores.toSorted((a, b) => b - a));
    assertEquals(await page.locator("#classes thead th").nth(4).getAttribute("aria-sort"), "descending");
    await button.press("Enter");
    assertEquals((await texts(5)).map(Number), scores.toSorted((a, b) => a - b));
    await page.locator("#classes input[type=search]").fill("script");
    await page.waitForFunction(() =>
      document.querySelectorAll("#classes tbody tr:not([hidden])").length === 1
    );
  });
});

browserTest("the report's curves zoom by a drag and by keys, and reset by a double click", async () => {
  await withReport(5, async (page) => {
    assertEquals(await page.locator(".uplot").count(), 4);
    const plot = page.locator(".plot").first(), over = plot.locator(".u-over");
    const range = async () => (await plot.getAttribute("data-range"))!.split(" ").map(Number);
    const whole = await range();
    const box = (await over.boundingBox())!;
    await page.mouse.move(box.x + .25 * box.width, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + .5 * box.width, box.y + 60, { steps: 5 });
    await page.mouse.up();
    const [min, max] = await range();
    const width = whole[1] - whole[0];
    assert(Math.abs(min - (whole[0] + .25 * width)) < .02 * width, `zoomed to ${min} of ${whole}`);
    assert(Math.abs(max - (whole[0] + .5 * width)) < .02 * width, `zoomed to ${max} of ${whole}`);
    await over.dblclick();
    assertEquals(await range(), whole);
    await plot.focus();
    await page.keyboard.press("+");
    assertEquals(await range(), [whole[0] + width / 4, whole[1] - width / 4]);
    await page.keyboard.press("0");
    assertEquals(await range(), whole);
    const before = await plot.locator("canvas").screenshot();
    await page.locator(".chart", { hasText: "Loss" }).locator("input[type=checkbox]").check();
    assert(!(await plot.locator("canvas").screenshot()).equals(before), "a logarithmic axis changes nothing");
  });
});

browserTest("the report's matrix is used by keys, changes its order and numbers, and its split", async () => {
  await withReport(5, async (page) => {
    const cells = page.locator(".cells td[role=gridcell]");
    await cells.first().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    assertMatch(
      await page.locator(".readout").innerText(),
      /^True <script>.* predicted as <script>.*: \d+ of \d+/,
    );
    await page.keyboard.press("Enter");
    assertMatch(await page.locator(".panel h3").innerText(), /^Right: <script>/);
    const numbers = async () => (await cells.allInnerTexts()).map(Number);
    await page.getByLabel("counts").check();
    const counts = await numbers();
    assertEquals(counts.reduce((sum, count) => sum + count, 0), 60);
    await page.getByLabel("support").check();
    const rows = Array.from({ length: 5 }, (_, i) => i);
    const supports = (values: number[]) =>
      rows.map((row) => values.slice(5 * row, 5 * row + 5).reduce((sum, count) => sum + count, 0));
    assertEquals(supports(await numbers()), supports(counts).toSorted((a, b) => b - a));
    await page.getByLabel("Validation, epoch 3").check();
    assert((await numbers()).join() !== counts.join());
  });
});

browserTest("the report's axis of epochs has whole numbers only, however far it zooms", async () => {
  await withReport(5, async (page) => {
    const labels = () => page.evaluate(() => (globalThis as unknown as { drawn: string[] }).drawn.splice(0));
    assertEquals([...new Set(await labels())].sort(), ["", "0", "1", "2", "3", "4", "5"]);
    await page.locator(".plot").first().focus();
    for (const key of ["+", "+", "+", "ArrowRight"]) await page.keyboard.press(key);
    assert((await labels()).every((text) => /^\d*$/.test(text)));
  }, { before: keepCentredTexts });
});

/** Keeps what is drawn centred on canvases, as the labels of the axis of epochs are. */
function keepCentredTexts(): void {
  const drawn: string[] = Object.assign(globalThis, { drawn: [] }).drawn;
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    if (this.textAlign === "center") drawn.push(text);
    fillText.call(this, text, ...place);
  };
}

browserTest("the report has the whole matrix in view, with labels that nothing covers", async () => {
  for (const [classes, width] of [[42, 1280], [200, 1280], [42, 390], [200, 390]]) {
    await withReport(classes, async (page) => {
      await matrixIsBuilt(page, classes);
      await page.locator(".cells").scrollIntoViewIfNeeded();
      const { left, right, cell } = await page.evaluate(() => {
        const cells = document.querySelectorAll(".cells td[role=gridcell]");
        const grid = document.querySelector(".scroller")!.getBoundingClientRect();
        const last = cells[cells.length - 1].getBoundingClientRect();
        return { left: grid.left, right: innerWidth - Math.max(grid.right, last.right), cell: last.width };
      });
      assert(left >= 0 && right >= 0, `${classes} classes at ${width}: ${right} pixels are left`);
      assert(
        cell * classes > .6 * (width - 80) || cell > 20,
        `${classes} classes at ${width}: ${cell} pixels each`,
      );
      const covered = await page.locator(".cells tbody th span:not(.unseen)").evaluateAll((spans) =>
        spans.slice(0, 20).filter((span) => {
          const range = document.createRange();
          range.selectNodeContents(span);
          span.scrollIntoView({ block: "center" });
          const { top, bottom } = range.getBoundingClientRect(), { right } = span.getBoundingClientRect();
          return [top + 1, bottom - 1].some((y) => {
            const above = document.elementsFromPoint(right - 3, y);
            const end = above.indexOf(span.parentElement!);
            const hiding = end < 0 ? above.filter((one) => one.matches("th, td")) : above.slice(0, end);
            return hiding.some((one) => getComputedStyle(one).backgroundColor !== "rgba(0, 0, 0, 0)");
          });
        }).map((span) => span.textContent)
      );
      assertEquals(covered, [], `${classes} classes at ${width}`);
    }, { viewport: { width, height: 844 } });
  }
});

browserTest("the report enlarges an image by keys, and goes back to it", async () => {
  await withReport(5, async (page) => {
    const opener = page.locator("#mistakes .enlarge").first();
    const small = (await opener.locator("img").boundingBox())!;
    await opener.focus();
    await page.keyboard.press("Enter");
    const dialog = page.locator("dialog[open]");
    assert((await dialog.locator("img").boundingBox())!.width > 3 * small.width);
    const about = dialog.locator(".hint");
    assertMatch(await about.innerText(), /^1 of \d+: .+\.png$/);
    await page.keyboard.press("ArrowRight");
    assertMatch(await about.innerText(), /^2 of /);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    const [, at, of] = /^(\d+) of (\d+)/.exec(await about.innerText())!;
    assertEquals(at, of);
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" }); // it is removed when the browser says that it closed
    assert(await opener.evaluate((element) => element === document.activeElement));
  });
});

browserTest("the report has no top-5 for so few classes that it is always 100 %", async () => {
  for (const [classes, hasTop5] of [[5, false], [42, true]] as const) {
    await withReport(classes, async (page) => {
      assertEquals((await page.locator(".tiles").innerText()).includes("top-5"), hasTop5);
      assertEquals((await page.locator("#curves").innerText()).includes("top-5"), hasTop5);
    });
  }
});

browserTest("the report's configuration is searched", async () => {
  await withReport(5, async (page) => {
    await page.locator("#config-search").fill("max_ep");
    await page.waitForFunction(() => document.querySelector("#config-count")!.textContent === "1 key");
    assertEquals(await page.locator("#config tr:visible").allInnerTexts(), ["trainer.max_epochs\t6"]);
  });
});

browserTest("the report fits a phone, dark and light, and paper", async () => {
  for (const colorScheme of ["dark", undefined] as const) {
    const options = { viewport: { width: 400, height: 800 }, ...(colorScheme ? { colorScheme } : {}) };
    await withReport(42, async (page) => {
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert(overflow <= 0, `the page is ${overflow} pixels too wide`);
      await shoot(page, `report_phone_${colorScheme ?? "light"}`);
    }, options);
  }
  await withReport(42, async (page) => {
    await shoot(page, "report_dark");
    const pdf = await page.pdf({ format: "A4" });
    if (SHOTS) await Deno.writeFile(`${SHOTS}/report.pdf`, pdf);
    assert(pdf.length > 10_000);
  }, { colorScheme: "dark" });
});
