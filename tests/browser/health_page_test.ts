/** The page of `stats --html` in Chromium: images are filtered and enlarged without a script, and no one is kept out. */
import { assert, assertEquals } from "@std/assert";
import { memoryTree } from "../../src/data/files/memory_tree.ts";
import { readDataset } from "../../src/data/files/dataset.ts";
import { checkHealth } from "../../src/data/health/check.ts";
import { thumbnails } from "../../src/data/health/thumbnails.ts";
import { decodeImage, encodeJpeg } from "../../src/host/deno_images.ts";
import { page as healthPage } from "../../src/tasks/stats/page.ts";
import { patterned, withFolder } from "../data/helpers.ts";
import { browserTest } from "../rings.ts";
import { accessFaults, openAt } from "./open_page.ts";

const LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

/** A page on copies: within "a", between "a" and a long name, and between two splits of "b". */
async function madePage(): Promise<string> {
  const image = async (seed: number) => await encodeJpeg(patterned(20 + seed, 30, seed), 85);
  const [one, two, three] = [await image(1), await image(7), await image(13)];
  const tree = memoryTree(
    "made",
    new Map([
      ["train/a/1.jpg", one],
      ["train/a/2.jpg", one],
      ["train/a/3.jpg", two],
      [`train/${LONG}/4.jpg`, two],
      ["train/b/5.jpg", three],
      ["valid/b/6.jpg", three],
      ["valid/a/7.jpg", await image(19)],
    ]),
  );
  const report = await checkHealth(tree, await readDataset(tree), decodeImage, {});
  const pictures = await thumbnails(tree, report, { decode: decodeImage, encodeJpeg });
  return await healthPage(report, { pictures }, new Date(0));
}

for (const look of [{ width: 1440, colorScheme: "light" }, { width: 390, colorScheme: "dark" }] as const) {
  browserTest(
    `the health page filters and enlarges at ${look.width} pixels in ${look.colorScheme}`,
    async () => {
      await withFolder(async (folder) => {
        await Deno.writeTextFile(`${folder}/health.html`, await madePage());
        const { width, colorScheme } = look, address = `file://${folder}/health.html`;
        await openAt(address, { viewport: { width, height: 844 }, colorScheme }, async (page) => {
          assertEquals(await accessFaults(page), []);
          const wide = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert(await wide() <= 0, `${await wide()} pixels too wide`);
          const groups = page.locator(".group:visible"), all = await groups.count();
          await page.getByLabel("Class").selectOption("b");
          const left = await groups.count();
          assert(left > 0 && left < all, `${left} of ${all} groups`);
          for (const text of await groups.allInnerTexts()) assert(/^b\b/m.test(text), text);
          await page.getByLabel("Class").selectOption("");
          await page.getByLabel("Split").selectOption("valid");
          for (const text of await groups.allInnerTexts()) assert(/valid/.test(text), text);
          await page.getByLabel("Split").selectOption("");
          assertEquals(await groups.count(), all);
          const image = page.locator("figure img").first(), small = (await image.boundingBox())!;
          await page.locator("figure summary").first().focus();
          await page.keyboard.press("Enter");
          const large = (await image.boundingBox())!;
          assert(large.height > 2 * small.height, `${large.height} and ${small.height}`);
          assert(await wide() <= 0, `${await wide()} pixels too wide`);
        });
      });
    },
  );
}
