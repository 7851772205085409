/** What a user does with the page, from a real drop to a file that is saved, however the page was opened. */
import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { zipSync } from "fflate";
import { byteSource } from "../../src/base/byte_source.ts";
import { sha256 } from "../../src/base/sha256.ts";
import { archiveTree } from "../../src/data/files/archives/tree.ts";
import { type DatasetOptions, readDataset } from "../../src/data/files/dataset.ts";
import { formatPatch, parsePatch } from "../../src/data/files/patch.ts";
import { checkHealth } from "../../src/data/health/check.ts";
import { proposeCorrections } from "../../src/data/health/propose.ts";
import { findTwins } from "../../src/data/health/twins.ts";
import { type FileTree, SPLITS } from "../../src/data/types.ts";
import { openTree } from "../../src/host/deno_files.ts";
import { decodeImage, encodeJpeg } from "../../src/host/deno_images.ts";
import { withFolder } from "../data/helpers.ts";
import { browserTest } from "../rings.ts";
import { drop, requireOpenToAll, saved, WAYS, withOpenPage } from "./open_page.ts";

const SECONDS_60 = { timeout: 60_000 };

/** An image that is like no other. */
async function noise(width = 16, height = 12): Promise<Uint8Array> {
  return await encodeJpeg(
    { width, height, data: crypto.getRandomValues(new Uint8Array(width * height * 3)) },
    80,
  );
}

/** Class folders: images, copies within and across classes, a truncated one, one that is none, and a text. */
async function flatFolders(count: number): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < count; i++) files[`${["a", "b", "c"][i % 3]}/${i}.jpg`] = await noise(16 + i % 7, 12);
  files["a/copy.jpg"] = files["a/0.jpg"];
  files["b/copy of a.jpg"] = files["a/3.jpg"];
  files["c/cut.jpg"] = files["c/2.jpg"].subarray(0, -40);
  files["c/text.jpg"] = new TextEncoder().encode("no image");
  files["readme.txt"] = new TextEncoder().encode("about");
  return files;
}

/** Writes files below a folder. */
async function layOut(folder: string, files: Record<string, Uint8Array>): Promise<void> {
  for (const [path, bytes] of Object.entries(files)) {
    await Deno.mkdir(`${folder}/${path.slice(0, path.lastIndexOf("/") + 1)}`, { recursive: true });
    await Deno.writeFile(`${folder}/${path}`, bytes);
  }
}

const isDone = (page: Page) => page.locator(".badge.done").waitFor(SECONDS_60);

/** The patch that `deno task stats --patch` writes. */
async function patchOf(tree: FileTree, options: DatasetOptions): Promise<string> {
  const findAlike = async (samples: readonly { path: string; className: string }[]) =>
    await findTwins(samples, { tree, decode: decodeImage, parallel: 4 });
  const dataset = await readDataset(tree, { findAlike, ...options });
  return formatPatch(proposeCorrections(await checkHealth(tree, dataset, decodeImage, { train: [] })));
}

for (const way of WAYS) {
  browserTest(
    `a folder that is dropped gives the command line's patch (${way})`,
    async () => {
      await withFolder(async (folder) => {
        const files = await flatFolders(90);
        if (way !== "single") files["a/12:30 🐈‍⬛.jpg"] = files["a/0.jpg"]; // which handles of folders leave out
        await layOut(`${folder}/set`, files);
        const split = { valid: 0.2, test: 0.2 };
        const expected = await patchOf(await openTree(`${folder}/set`), { split });
        assert(expected.split("\n").length > 3, expected);
        await withOpenPage({ way }, async (page) => {
          await drop(page, `${folder}/set`);
          await isDone(page);
          await page.getByRole("button", { name: "Data", exact: true }).click();
          await page.getByText("look like classes, without splits").getByRole("combobox").selectOption("0.2");
          await page.locator(".badge.done").waitFor({ state: "detached" }).catch(() => {});
          await isDone(page);
          assertEquals(new TextDecoder().decode(await saved(page, "Save fix.jsonl")), expected);
        });
      });
    },
  );
}

browserTest("what the server offers, a folder or a .zip, gives the command line's patch", async () => {
  await withFolder(async (folder) => {
    const files = await flatFolders(90);
    await layOut(`${folder}/set`, files);
    await Deno.writeFile(`${folder}/set.zip`, zipSync(files));
    for (const photos of [`${folder}/set`, `${folder}/set.zip`]) {
      const expected = await patchOf(await openTree(photos), {});
      await withOpenPage({ photos }, async (page) => {
        await isDone(page);
        assertEquals(new TextDecoder().decode(await saved(page, "Save fix.jsonl")), expected);
      });
    }
  });
});

browserTest("archives that are dropped together are the splits of one dataset", async () => {
  await withFolder(async (folder) => {
    const part = async (count: number) => {
      const files: Record<string, Uint8Array> = {};
      for (let i = 0; i < count; i++) files[`${i % 2 ? "odd" : "even"}/${i}.jpg`] = await noise();
      return zipSync(files);
    };
    await Deno.writeFile(`${folder}/train.zip`, await part(12));
    await Deno.writeFile(`${folder}/valid.zip`, await part(4));
    await withOpenPage({}, async (page) => {
      await drop(page, `${folder}/train.zip`, `${folder}/valid.zip`);
      await isDone(page);
      const rows = await page.locator(".counts tbody tr").allInnerTexts();
      assertEquals(rows.map((row) => row.split(/\s+/).join(" ")), ["even 6 2", "odd 6 2"]);
      await page.getByRole("button", { name: "Look and fix" }).click();
      await page.locator("output", { hasText: "16 images" }).waitFor();
      assertEquals(await page.locator(".no-picture").count(), 0);
    });
  });
});

browserTest("a check stops at once, and goes on where it was", async () => {
  await withFolder(async (folder) => {
    const image = await noise();
    const names = Array.from({ length: 6000 }, (_, i) => `train/${i % 5}/${i}.jpg`);
    await Deno.writeFile(
      `${folder}/set.zip`,
      zipSync(Object.fromEntries(names.map((name) => [name, image])), { level: 0 }),
    );
    await withOpenPage({}, async (page) => {
      await drop(page, `${folder}/set.zip`);
      await page.locator(".badge.sample").waitFor(SECONDS_60);
      const [count, milliseconds] = await page.evaluate(async () => {
        const clicked = performance.now();
        [...document.querySelectorAll("button")].find(({ textContent }) => textContent === "Cancel")!.click();
        while (document.querySelector("progress")) await new Promise(requestAnimationFrame);
        return [document.querySelectorAll(".badge.done").length, performance.now() - clicked];
      });
      assertEquals(count, 0);
      assert(milliseconds < 1000, `it took ${milliseconds} ms`);
      await page.getByText("stopped", { exact: true }).waitFor();
      await page.getByRole("button", { name: "Check all files" }).click();
      await isDone(page);
    });
  });
});

/** Split, class and contents of all samples, sorted. */
async function contents(tree: FileTree, options: DatasetOptions = {}): Promise<string[]> {
  const { splits, classes } = await readDataset(tree, options);
  const lines = SPLITS.flatMap((split) =>
    splits[split].map(async ({ path, label }) =>
      `${split} ${classes[label]} ${(await sha256(await tree.read(path))).toHex()}`
    )
  );
  return (await Promise.all(lines)).sort();
}

browserTest("the cleaned .zip is the dataset with the patch, as the command line reads them", async () => {
  await withFolder(async (folder) => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 30; i++) {
      files[`set/${i < 20 ? "train" : "valid"}/${["ä ö", "b"][i % 2]}/${i}.jpg`] = await noise();
    }
    files["set/train/b/copy.jpg"] = files["set/train/b/1.jpg"];
    const bytes = zipSync(files);
    await Deno.writeFile(`${folder}/set.zip`, bytes);
    await withOpenPage({}, async (page) => {
      await drop(page, `${folder}/set.zip`);
      await isDone(page);
      await page.getByRole("button", { name: "Look and fix" }).click();
      await page.getByRole("button", { name: "Drop the 1 that" }).click();
      await page.locator(".tile").nth(5).waitFor();
      await page.locator(".grid").focus();
      for (const key of ["x", "ArrowRight", "m", "ArrowRight"]) {
        await page.keyboard.press(key);
        await page.locator(`.tile[aria-selected=true]`).waitFor();
        await page.waitForTimeout(200);
      }
      await page.keyboard.press("l");
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.type("new class");
      await page.keyboard.press("Enter");
      await page.locator("p[aria-busy=false]", { hasText: "4 decisions" }).waitFor();
      const patch = parsePatch(
        "patch.jsonl",
        new TextDecoder().decode(await saved(page, "Save patch.jsonl")),
      );
      const cleaned = await saved(page, "Save cleaned.zip");
      const own = await archiveTree({ source: byteSource("set.zip", bytes) });
      const other = await archiveTree({ source: byteSource("cleaned.zip", cleaned) });
      const expected = await contents(own, { patch });
      assertEquals(expected.length, 29);
      assertEquals(await contents(other), expected);
    });
  });
});

browserTest("decisions are there when the tab has crashed", async () => {
  await withFolder(async (folder) => {
    await layOut(`${folder}/set`, await flatFolders(12));
    await withOpenPage({}, async (page) => {
      const address = page.url();
      await drop(page, `${folder}/set`);
      await isDone(page);
      await page.getByRole("button", { name: "Look and fix" }).click();
      await page.locator(".tile").nth(2).waitFor();
      await page.locator(".grid").focus();
      await page.keyboard.press("x");
      await page.locator("p[aria-busy=false]", { hasText: "1 decision" }).waitFor();
      const crashed = page.waitForEvent("crash");
      const session = await page.context().newCDPSession(page);
      session.send("Page.crash").catch(() => {}); // nobody is left to answer
      await crashed;
      const again = await page.context().newPage();
      await again.goto(address);
      await drop(again, `${folder}/set`);
      await isDone(again);
      await again.getByRole("button", { name: "Look and fix" }).click();
      await again.getByText("1 decision,").waitFor();
      await again.locator(".tile.dropped").waitFor();
    });
  });
});

/** Class names that are long, right to left, or without spaces. */
const NAMES = [
  "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
  "東京都庁舎第一本庁舎北展望室から見た新宿御苑の桜並木と富士山の夕景写真集",
  "مجموعة صور اللافتات المرورية القديمة في المدينة القديمة مع أرقام اللاعبين",
  "a_class_name_that_a_script_has_made_of_a_path_without_any_space_in_it_at_all_0123456789",
];

browserTest("1,000 classes and long names fit into every room, at 390 pixels and at 200 %", async () => {
  await withFolder(async (folder) => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 1000; i++) files[`set/train/${NAMES[i] ?? `class ${i}`}/${i}.jpg`] = await noise();
    for (const name of NAMES) files[`set/train/${name}/copy.jpg`] = files[`set/train/${NAMES[0]}/0.jpg`];
    await Deno.writeFile(`${folder}/set.zip`, zipSync(files));
    await withOpenPage({ viewport: { width: 390, height: 844 }, reducedMotion: "reduce" }, async (page) => {
      await drop(page, `${folder}/set.zip`);
      await isDone(page);
      for (const room of ["Verdict", "Data", "Look and fix"]) {
        await page.getByRole("button", { name: room, exact: true }).click();
        await page.waitForTimeout(300);
        await requireOpenToAll(page, `1000_${room}`, [
          { width: 390, height: 844, reducedMotion: "reduce" },
          { width: 720, height: 450 },
        ]);
        assertEquals(await page.evaluate(() => document.getAnimations().length), 0);
      }
      await page.getByRole("button", { name: "Verdict", exact: true }).click();
      await page.getByRole("button", { name: "Show all 1,000 classes" }).click();
      await page.locator(".counts tbody tr").nth(999).waitFor();
    });
  });
});
