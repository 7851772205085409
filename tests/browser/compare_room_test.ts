/** The page's room that compares runs, in Chromium, against the comparison of the command line. */
import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import type { Page } from "playwright-core";
import { readComparison } from "../../src/train/report/read_comparison.ts";
import { browserTest } from "../rings.ts";
import { sweepTexts, textTree } from "../train/report/sample_comparison.ts";
import { requireOpenToAll, withOpenPage } from "./open_page.ts";

const classes = ["1", "23", "45", "7"];
const texts = sweepTexts({ runs: 7, classes, samples: 80, epochs: 5 });

/** The runs in a folder on disk. */
async function withRuns(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "wgrad_runs_" });
  try {
    for (const [path, text] of texts) {
      const file = `${folder}/outputs/multirun/sample/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text);
    }
    await body(`${folder}/outputs`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function openRoom(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Compare", exact: true }).click();
}

/** What the page of a comparison is made of. */
const island = /<script type="application\/json" id="report">(.*)<\/script>/;

const folderInput = "input[webkitdirectory]", fileInput = "input[type=file]:not([webkitdirectory])";

/** The values of the table, without marks. */
async function shownFigures(page: Page): Promise<number[][]> {
  await page.locator("#runs tbody tr").first().waitFor();
  const rows = await page.locator("#runs tbody tr").all();
  return await Promise.all(rows.map(async (row) => {
    const cells = await row.locator("td").allInnerTexts();
    return cells.map((text) => parseFloat(text.replace("★", "")));
  }));
}

browserTest("runs below a folder are compared in the page", async () => {
  await withRuns((folder) =>
    withOpenPage({}, async (page) => {
      await openRoom(page);
      await requireOpenToAll(page, "compare_empty");
      await page.locator(folderInput).setInputFiles(folder);
      const expected = await readComparison([textTree("multirun/sample", texts)], { now: new Date(0) });
      const shown = await shownFigures(page);
      assertEquals(shown.length, 7);
      expected.figures.forEach(({ name, unit, values }, column) => {
        values.forEach((value, run) => {
          const scale = unit === "%" ? 100 : 1;
          const digits = unit === "%" ? .005 : unit === "images/s" ? .5 : unit === "s" ? .05 : 5e-5;
          assert(Math.abs(shown[run][column] - scale * value!) <= digits * 1.001, `${name} of ${run}`);
        });
      });
      assertEquals(
        await page.locator(".run-list .name").allInnerTexts(),
        expected.runs.map(({ name }) => name),
      );
      assertEquals(
        await page.locator(".unfinished p").allInnerTexts(),
        expected.unfinished.map(({ reason }) => reason),
      );
      assertEquals(await page.locator(".cells td[role=gridcell]").count(), 16);
      await requireOpenToAll(page, "compare");
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save comparison.html" }).click(),
      ]);
      const [, saved] = island.exec(await Deno.readTextFile(await download.path()))!;
      assertEquals(JSON.parse(saved).figures, JSON.parse(JSON.stringify(expected.figures)));
    })
  );
});

browserTest(
  "a .zip of runs is compared in the page that opens from disk; what has none is said",
  async () => {
    const encoder = new TextEncoder();
    const zip = zipSync(
      Object.fromEntries([...texts].map(([path, text]) => [`sample/${path}`, encoder.encode(text)])),
    );
    const choose = (page: Page, name: string, bytes: Uint8Array) =>
      page.locator(fileInput).setInputFiles({
        name,
        mimeType: "application/zip",
        buffer: Buffer.from(bytes),
      });
    await withOpenPage({ way: "single" }, async (page) => {
      await openRoom(page);
      await choose(page, "empty.zip", zipSync({ "a/photo.jpg": encoder.encode("x") }));
      await page.getByText('Cannot compare the runs in "empty.zip": there are none').waitFor();
      await choose(page, "runs.zip", zip);
      assertEquals((await shownFigures(page)).length, 7);
      await page.getByRole("button", { name: "Data" }).click();
      await openRoom(page);
      assertEquals((await shownFigures(page)).length, 7);
      await page.getByLabel("To run").selectOption({ index: 3 });
      await page.getByText("Largest changes").waitFor();
    });
  },
);
