/**
 * Makes the README's picture of a report again: `deno run --allow-all docs/images/report.ts RUN`, where RUN is the folder
 * of a finished run. The page's pictures are made by page.ts.
 */
import { chromium } from "playwright-core";
import sharp from "sharp";
import { chromiumPath } from "../../tests/rings.ts";

const [run] = Deno.args;
const browser = await chromium.launch({ executablePath: chromiumPath!, args: ["--no-sandbox"] });
const viewport = { width: 1100, height: 860 };
const page = await browser.newPage({ viewport, deviceScaleFactor: 2, colorScheme: "light" });
await page.goto(`file://${await Deno.realPath(`${run}/report.html`)}`);

/** The confusion matrix with the images of its largest mistake. */
await page.locator("#confusion").evaluate((section) => section.scrollIntoView()); // below the bar of links
const cells = page.locator("table.cells td:not(.diagonal)");
const counts = (await cells.allInnerTexts()).map((text) => Number(text) || 0);
await cells.nth(counts.indexOf(Math.max(...counts))).click();
await page.waitForTimeout(500);
const file = new URL("report.png", import.meta.url).pathname;
await sharp(await page.screenshot()).png({ palette: true, effort: 10 }).toFile(file);
await browser.close();
