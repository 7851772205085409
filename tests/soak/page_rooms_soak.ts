/** A folder of 100,000 images that is dropped, in each room that takes one. */
import { assert } from "@std/assert";
import type { Page } from "playwright-core";
import { longestTask } from "../browser/main_thread.ts";
import { images as smallImages } from "../browser/made.ts";
import { drop, withOpenPage } from "../browser/open_page.ts";
import { jerseysZip, openLearning, state } from "../browser/learning.ts";
import { withFolder } from "../data/helpers.ts";
import { browserTest } from "../rings.ts";

const COUNT = 100_000;
/** Milliseconds of the processor that a task of the main thread may take. */
const MOST = 100;
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
  const longest = await longestTask(page, body);
  console.log(`${what}: tasks of at most ${longest.toFixed(0)} ms`);
  assert(longest < MOST, `${what}: ${longest} ms`);
}

browserTest(
  "with 100,000 files no task takes 100 ms of the processor in any room that takes a folder",
  async () => {
    await withFolder(async (folder) => {
      await Deno.mkdir(`${folder}/many`);
      await layOut(`${folder}/many`);
      await withOpenPage({}, async (page) => {
        const room = (name: string) => page.getByRole("button", { name, exact: true }).click();
        await requireFree(page, "Data", async () => {
          await drop(page, `${folder}/many`);
          await page.locator(".badge.done").waitFor(SLOW);
        });
        await room("Compare");
        await requireFree(page, "Compare, runs", async () => {
          await drop(page, `${folder}/many`);
          await page.getByText("there are none").waitFor(SLOW);
        });
        await page.getByRole("button", { name: "Dismiss" }).click();
        await page.getByLabel("this dataset with an earlier version").check();
        await requireFree(page, "Compare, versions", async () => {
          await drop(page, `${folder}/many`);
          await page.locator(".tiles").waitFor(SLOW);
        });
        await room("Try it");
        await requireFree(page, "Try it", async () => {
          await drop(page, `${folder}/many`);
          await page.getByText("Open a model, and it says what it sees").waitFor(SLOW);
        });
        await room("Will it learn?");
        await page.getByText("On google swiftshader").waitFor(SLOW);
        await page.getByLabel("Image side, pixels").selectOption("32");
        await page.getByLabel("Images a step").fill("8");
        await requireFree(page, "Will it learn?", async () => {
          await page.getByRole("button", { name: "1. Learn one batch by heart" }).click();
          await page.locator("#run-title .badge", { hasText: /^(finished|failed)$/ }).waitFor(SLOW);
        });
        await state(page, "finished");
      });
    });
  },
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
