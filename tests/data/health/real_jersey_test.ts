/** The health check on a real dataset whose dirt is known. */
import { assert, assertEquals } from "@std/assert";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { checkHealth } from "../../../src/data/health/check.ts";
import { openTree } from "../../../src/host/deno_files.ts";
import { decodeImage } from "../../../src/host/deno_images.ts";
import { isThere } from "../helpers.ts";
import { groupsOf } from "./made.ts";

const path = "../shared/data/jersey-folders.zip";

Deno.test({
  name: "checkHealth() finds the known dirt of jersey-folders.zip within a minute, and hardly anything else",
  ignore: !isThere(path),
  fn: async () => {
    const started = performance.now();
    const tree = await openTree(path);
    const report = await checkHealth(tree, await readDataset(tree), decodeImage, {});
    assert(performance.now() - started < 60_000, `took ${performance.now() - started} ms`);
    assertEquals(report.files, 9625);
    assertEquals(groupsOf(report, "two_labels"), [
      ["train/4/007188.jpg", "train/42/007187.jpg"],
      ["train/8/000140.jpg", "train/9/000141.jpg"],
      ["train/8/005096.jpg", "train/9/005097.jpg"],
    ]);
    const pngs = groupsOf(report, "belied_name").flat();
    assertEquals([pngs.length, pngs.every((each) => each.startsWith("valid/6/"))], [14, true]);
    const leaks = [...groupsOf(report, "leak"), ...groupsOf(report, "leak_near")];
    const tested = leaks.flat().filter((each) => each.startsWith("test/"));
    assertEquals([tested.length, tested.filter((each) => each.startsWith("test/6/")).length], [7, 6]);
    assertEquals(leaks.length, 8); // and one twin between train and valid
    assertEquals(groupsOf(report, "unreadable"), []);
  },
});
