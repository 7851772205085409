/** A folder of 100,000 images that is dropped, in each room that takes one. */
import { assert } from "@std/assert";
import type { Page } from "playwright-core";
import { heapOf, longestTask } from "../browser/main_thread.ts";
import { images as smallImages } from "../browser/made.ts";
import { drop, withOpenPage } from "../browser/open_page.ts";
import { jerseysZip, openLearning, state } from "../browser/learning.ts";
import { withFolder } from "../data/helpers.ts";
import { browserTest } from "../rings.ts";

const COUNT = 100_000;
/** Milliseconds of the processor that a task of the main thread may take, bytes of its heap, and images in the document. */
const MOST = { task: 100, heap: 400e6, thumbnails: 500 };
const SLOW = { timeout: 900_000 };

/** In a worker: what a network makes of some images becomes that of many, as nobody can wait for a software GPU. */
const MANY_ROWS = `{
  const COUNT = ${COUNT}, post = MessagePort.prototype.postMessage;
  const longer = (rows, width = 1) => {
    const made = Array.isArray(rows) ? [] : new rows.constructor(COUNT * width);
    for (let i = 0; i < COUNT * width; i++) made[i] = rows[i % rows.length];
    return made;
  };
  MessagePort.prototype.postMessage = function (message, ...rest) {
    const survey = message?.result;
    if (survey?.margin !== undefined) {
      for (const key of ["paths", "splits", "labels", "predicted", "confidence", "margin"]) {
        survey[key] = longer(survey[key]);
      }
      survey.map = longer(survey.map, 2).map((value) => value + .01 * Math.random());
    }
    return post.call(this, message, ...rest);
  };
}`;

/** Class folders without splits. */
async function layOut(folder: string): Promise<void> {
  const images = await smallImages();
  for (let k = 0; k < 100; k++) await Deno.mkdir(`${folder}/${k}`);
  for (let i = 0; i < COUNT; i++) {
    const path = `${folder}/${i % 100}/${i}.jpg`;
    if (i < images.length) await Deno.writeFile(path, images[i]);
    else await Deno.link(`${folder}/${(i % images.length) % 100}/${i % images.length}.jpg`, path);
  }
}

async function requireFree(page: Page, what: string, body: () => Promise<void>): Promise<void> {
  const longest = await longestTask(page, body), heap = await heapOf(page);
  const thumbnails = await page.locator("canvas").count();
  console.log(
    `${what}: tasks of at most ${longest.toFixed(0)} ms, heap ${
      (heap / 1e6).toFixed(1)
    } MB, ${thumbnails} thumbnails`,
  );
  assert(longest < MOST.task, `${what}: ${longest} ms`);
  assert(heap < MOST.heap, `${what}: a heap of ${heap} bytes`);
  assert(thumbnails <= MOST.thumbnails, `${what}: ${thumbnails} thumbnails`);
}

/** Opens the page for a folder of 100,000 images. */
async function withMany(body: (page: Page, folder: string) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/many`);
    await layOut(`${folder}/many`);
    await withOpenPage({}, (page) => body(page, `${folder}/many`));
  });
}

const go = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

browserTest(
  "with 100,000 files no task takes 100 ms of the processor in any room that takes a folder",
  () =>
    withMany(async (page, folder) => {
      await requireFree(page, "Data", async () => {
        await drop(page, folder);
        await page.locator(".badge.done").waitFor(SLOW);
      });
      await go(page, "Look and fix");
      await requireFree(page, "Look and fix", async () => {
        await page.locator(".tile").nth(2).waitFor();
        const grid = page.locator(".grid");
        for (let i = 0; i <= 20; i++) {
          await grid.evaluate((grid, share) => grid.scrollTop = grid.scrollHeight * share, i / 20);
          await page.waitForTimeout(50);
        }
        await page.getByRole("button", { name: /^Drop the \d+,\d{3}/ }).click();
        await page.locator("p[aria-busy=false]", { hasText: /\d+,\d{3} decisions/ }).waitFor(SLOW);
      });
      await go(page, "Compare");
      await requireFree(page, "Compare, runs", async () => {
        await drop(page, folder);
        await page.getByText("there are none").waitFor(SLOW);
      });
      await go(page, "Dismiss");
      await page.getByLabel("this dataset with an earlier version").check();
      await requireFree(page, "Compare, versions", async () => {
        await drop(page, folder);
        await page.locator(".tiles").waitFor(SLOW);
      });
      await go(page, "Try it");
      await requireFree(page, "Try it", async () => {
        await drop(page, folder);
        await page.getByText("Open a model, and it says what it sees").waitFor(SLOW);
      });
    }),
);

browserTest(
  "with 100,000 files no task takes 100 ms of the processor in Will it learn?",
  () =>
    withMany(async (page, folder) => {
      await drop(page, folder);
      await page.locator(".badge.done").waitFor(SLOW);
      await go(page, "Will it learn?");
      await page.getByText("On google swiftshader").waitFor(SLOW);
      await page.getByLabel("Image side, pixels").selectOption("32");
      await page.getByLabel("Images a step").fill("8");
      await requireFree(page, "Will it learn?", async () => {
        await page.getByRole("button", { name: "1. Learn one batch by heart" }).click();
        await page.locator("#run-title .badge", { hasText: /^(finished|failed)$/ }).waitFor(SLOW);
      });
      await state(page, "finished");
    }),
);

browserTest("with 100,000 images no task takes 100 ms of the processor in Where it is wrong", async () => {
  await withOpenPage({ inWorkers: MANY_ROWS }, async (page) => {
    await openLearning(page, await jerseysZip(8));
    await page.getByLabel("Epochs").fill("1");
    await page.getByLabel("Images a step").fill("8");
    await requireFree(page, "Where it is wrong", async () => {
      await page.getByRole("button", { name: "2. Train" }).click();
      await state(page, "finished");
      await page.getByRole("button", { name: "Where it is wrong" }).click();
      await page.getByText("More of 10,000 images").waitFor();
      await page.locator(".map").scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await page.locator(".map").boundingBox())!;
      await page.mouse.move(x + 2, y + 2);
      await page.mouse.down();
      for (let i = 1; i <= 10; i++) await page.mouse.move(x + i * width / 11, y + i * height / 11);
      await page.mouse.up();
      await page.getByText(/images chosen/).waitFor();
      await page.getByLabel("Colour by").selectOption("predicted");
      await page.getByRole("button", { name: "Look and fix 10,000 images" }).click();
      await page.locator(".tile").nth(5).waitFor();
    });
  });
});
