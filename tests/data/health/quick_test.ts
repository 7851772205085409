import { assertEquals } from "@std/assert";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { quickFindings } from "../../../src/data/health/quick.ts";
import { scanFiles } from "../../../src/data/decode/scan.ts";
import { encodePng } from "../../../src/host/deno_images.ts";
import { groupsOf, healthy, treeOfPictures, waves } from "./made.ts";

Deno.test("quickFindings() finds what is unreadable, belied, copied across labels or splits, or mirrored", async () => {
  const almost = await encodePng(waves(902));
  almost[almost.length - 1] ^= 1; // a byte that is no probe
  const tree = await treeOfPictures({
    ...healthy(["left", "right"], { train: 12, valid: 6, test: 6 }),
    "train/left/copy.png": waves(901),
    "train/right/copy.png": waves(901),
    "valid/right/leak.png": waves(902),
    "train/right/leak.png": waves(902),
    "train/left/almost.png": almost,
    "train/left/broken.jpg": new Uint8Array(7),
    "test/left/png.jpg": await encodePng(waves(903)),
  });
  const dataset = await readDataset(tree);
  const scanned = await scanFiles(tree, await tree.paths());
  const unreadable = { train: [{ path: "train/left/broken.jpg", reason: "no picture" }] };
  const findings = await quickFindings(dataset, tree, unreadable, scanned, [{ random_horizontal_flip: {} }]);
  assertEquals(findings.map(({ kind }) => kind), ["unreadable", "belied_name", "two_labels", "leak", "flip"]);
  assertEquals(groupsOf({ findings }, "unreadable"), [["train/left/broken.jpg"]]);
  assertEquals(groupsOf({ findings }, "belied_name"), [["test/left/png.jpg"]]);
  assertEquals(groupsOf({ findings }, "two_labels"), [["train/left/copy.png", "train/right/copy.png"]]);
  assertEquals(groupsOf({ findings }, "leak"), [["train/right/leak.png", "valid/right/leak.png"]]);
});
