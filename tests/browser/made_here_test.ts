/** Datasets that are made in the page, from images without labels and from the camera, as the command line reads them. */
import { assertEquals } from "@std/assert";
import { byteSource } from "../../src/base/byte_source.ts";
import { archiveTree } from "../../src/data/files/archives/tree.ts";
import { readDataset } from "../../src/data/files/dataset.ts";
import { parsePatch } from "../../src/data/files/patch.ts";
import { type Dataset, SPLITS } from "../../src/data/types.ts";
import { openTree } from "../../src/host/deno_files.ts";
import { encodeJpeg } from "../../src/host/deno_images.ts";
import { withFolder } from "../data/helpers.ts";
import { browserTest } from "../rings.ts";
import { accessFaults, drop, isPlaying, saved, withOpenPage } from "./open_page.ts";

const COUNT = 14, LABELLED = 12;

/** Split, class and name of all samples, sorted. */
function named({ splits, classes }: Dataset): string[] {
  return SPLITS.flatMap((split) =>
    splits[split].map(({ path, label }) => `${split} ${classes[label]} ${path.split("/").at(-1)}`)
  ).sort();
}

browserTest("loose images are asked about, labelled by keyboard, and read by the command line", async () => {
  await withFolder(async (folder) => {
    for (let i = 0; i < COUNT; i++) {
      const side = i < 10 ? 40 : 20, data = crypto.getRandomValues(new Uint8Array(side * 24 * 3));
      await Deno.writeFile(
        `${folder}/${String(i).padStart(2, "0")}.jpg`,
        await encodeJpeg({ width: side, height: 24, data }, 90),
      );
    }
    const images = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`).sort();
    await withOpenPage({ viewport: { width: 390, height: 844 }, colorScheme: "dark" }, async (page) => {
      await drop(page, ...images);
      await page.getByRole("heading", { name: "No labels found" }).waitFor();
      await page.locator(".way canvas[data-shown]").nth(2).waitFor();
      assertEquals(await accessFaults(page), []);
      await page.getByRole("button", { name: "Label them here" }).click();
      await page.locator(".tile").nth(COUNT - 1).waitFor();
      const lost = await page.evaluateHandle(watchCursor);
      await page.locator(".grid").focus();
      const press = async (...keys: string[]) => {
        for (const key of keys) await page.keyboard.press(key);
      };
      const at = async (tile: number) => {
        const name = await page.locator(`#tile-${tile}`).getAttribute("title");
        await page.locator("aside form code", { hasText: name! }).waitFor();
      };
      for (const [i, name] of ["a cat", "dog"].entries()) {
        await at(i);
        await press("l");
        await page.keyboard.type(name);
        await press("Enter", "ArrowRight");
      }
      await at(2);
      await press(...Array.from({ length: LABELLED - 2 }, (_, i) => i % 2 === 0 ? "1" : "2")); // faster than rows come
      await page.locator("p[aria-busy=false]", { hasText: `${LABELLED} of ${COUNT} images labelled` })
        .waitFor();
      const listed = (count: number) =>
        page.locator(".filters output", { hasText: `${count} image` }).waitFor();
      await page.getByLabel("Decision").selectOption("none yet");
      await listed(COUNT - LABELLED);
      await page.getByLabel("Decision").selectOption("all");
      await page.getByLabel("Shorter side").selectOption("16 to 31 px");
      await listed(COUNT);
      await page.getByLabel("Shorter side").selectOption("32 to 63 px");
      await listed(0);
      await page.getByLabel("Shorter side").selectOption("all");
      await listed(COUNT);
      assertEquals(await accessFaults(page), []);
      assertEquals(await lost.jsonValue(), [], "the grid named a tile that was not there");

      const text = new TextDecoder().decode(await saved(page, "Save patch.jsonl"));
      const cleaned = await saved(page, "Save cleaned.zip");
      const patch = parsePatch("patch.jsonl", text);
      const expected = await readDataset(await openTree(folder), { layout: "unlabelled", patch });
      assertEquals(expected.classes, ["a cat", "dog"]);
      const zip = await archiveTree({ source: byteSource("cleaned.zip", cleaned) });
      assertEquals(named(await readDataset(zip)), named(expected));
      await page.getByRole("button", { name: "Will it learn?" }).click();
      await page.getByText("always “").waitFor();
      await page.getByRole("button", { name: "Take it away" }).click();
      await page.getByText(
        "data.layout=unlabelled data.split.valid=0.1 data.split.test=0.1",
      ).filter({ hasText: "data.patch=patch.jsonl" }).first().waitFor();
    });
  });
});

/** All that the grid names as its active tile and that is not there, at any change of the page from now on. */
function watchCursor(): string[] {
  const lost: string[] = [];
  new MutationObserver(() => {
    const id = document.querySelector(".grid")?.getAttribute("aria-activedescendant");
    if (id && document.getElementById(id) === null) lost.push(id);
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
  return lost;
}

/** The browser's dialog for folders gives one at once, with two class folders. */
function pickWithoutDialog(): void {
  const pick = async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("set", { create: true });
    for (const name of ["from the dialog", "other"]) {
      const below = await folder.getDirectoryHandle(name, { create: true });
      const file = await (await below.getFileHandle("1.jpg", { create: true })).createWritable();
      await file.write("no image");
      await file.close();
    }
    return folder;
  };
  Object.assign(globalThis, { showDirectoryPicker: pick });
}

/** What browsers say of a camera that cannot be had, and what the page says then. */
const NO_CAMERA = [
  ["NotFoundError", "this machine has none; choose images instead"],
  ["NotReadableError", "another program uses it; end that, and try again"],
  ["SecurityError", "browsers have it for pages by https, from this machine or from disk only"],
] as const;

browserTest(
  "a dataset is taken with the camera, saved and checked; without a camera the page says so",
  async () => {
    await withOpenPage({ before: pickWithoutDialog }, async (page) => {
      await page.getByRole("button", { name: "Take them with the camera" }).click();
      await page.getByRole("alert").getByText("Cannot use the camera: it is not allowed").waitFor();
      await page.getByRole("button", { name: "Dismiss" }).click();
      for (const [name, reason] of NO_CAMERA) {
        await page.evaluate((name) => {
          const refuse = () => Promise.reject(new DOMException("", name));
          Object.defineProperty(navigator.mediaDevices, "getUserMedia", {
            configurable: true,
            value: refuse,
          });
        }, name);
        await page.getByRole("button", { name: "Camera on" }).click();
        await page.getByRole("alert").getByText(`Cannot use the camera: ${reason}`).waitFor();
      }
      await page.evaluate(() => Reflect.deleteProperty(navigator.mediaDevices, "getUserMedia"));
      await page.getByRole("button", { name: "Dismiss" }).click();
      await page.context().grantPermissions(["camera"]);
      await page.getByRole("button", { name: "Camera on" }).click();
      await isPlaying(page);
      const hold = page.getByRole("button", { name: "Hold to take images" });
      const counts = () => page.locator(".shot-classes [aria-live]").allInnerTexts();
      await page.getByLabel("Class", { exact: true }).fill("left / hand");
      await hold.hover();
      await page.mouse.down();
      await page.locator(".shots canvas[data-shown]").nth(2).waitFor();
      await page.mouse.up();
      await page.getByLabel("Class", { exact: true }).fill("none");
      await hold.focus();
      await page.keyboard.press("Space");
      await page.getByText("1 image", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Remove the last of left / hand" }).click();
      await page.waitForTimeout(200); // none is under way any more
      const [first] = (await counts()).map((text) => Number.parseInt(text));
      assertEquals(await accessFaults(page), []);
      const bytes = await saved(page, "Save camera.zip");
      const tree = await archiveTree({ source: byteSource("camera.zip", bytes) });
      const { classes, splits } = await readDataset(tree);
      assertEquals(classes, ["left _ hand", "none"]);
      assertEquals(SPLITS.reduce((sum, split) => sum + splits[split].length, 0), first + 1);
      await page.getByRole("button", { name: `Check ${first + 1} images` }).click();
      await page.locator(".badge.done").waitFor({ timeout: 60_000 });
      assertEquals(await page.locator(".counts tbody th").allInnerTexts(), classes);
      await page.getByRole("button", { name: "Take it away" }).click();
      await page.getByText("deno task train camera.zip ").waitFor();

      if (page.url().startsWith("file:")) return; // where the folder that stands in for one of a dialog is refused
      await page.getByRole("button", { name: "Data", exact: true }).click();
      await page.locator("label", { hasText: "Choose a folder" }).click(); // in the browser's dialog
      await page.locator(".counts th", { hasText: "from the dialog" }).waitFor();
    });
  },
);
