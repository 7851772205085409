import { assertEquals } from "@std/assert";
import { readDataset } from "../../../src/data/files/dataset.ts";
import { checkHealth } from "../../../src/data/health/check.ts";
import { proposeCorrections } from "../../../src/data/health/propose.ts";
import { formatPatch, parsePatch } from "../../../src/data/files/patch.ts";
import { decodeImage } from "../../../src/host/deno_images.ts";
import { check, healthy, kindsOf, paler, treeOfPictures, waves } from "./made.ts";

const dirty = {
  ...healthy(["cat", "dog"], { train: 12, valid: 6, test: 6 }),
  "train/cat/broken.jpg": new Uint8Array(7),
  "train/cat/unknown.jpg": waves(900), // no twin says which label is right
  "train/dog/unknown.jpg": waves(900),
  "train/cat/known.jpg": waves(901),
  "train/dog/known.jpg": waves(901),
  "train/dog/twin.jpg": paler(waves(901)),
  "train/cat/leak.jpg": waves(902),
  "valid/cat/leak.jpg": waves(902),
  "test/cat/leak.jpg": waves(902),
  "train/dog/one.jpg": waves(903),
  "train/dog/two.jpg": waves(903),
};

Deno.test("proposeCorrections() drops what is unreadable, copied, leaked or of unknown label", async () => {
  const corrections = proposeCorrections(await check(dirty));
  assertEquals(corrections.map(({ image, action }) => `${action} ${image}`), [
    "drop train/cat/broken.jpg",
    "drop train/cat/known.jpg",
    "drop train/cat/unknown.jpg",
    "drop train/dog/unknown.jpg",
    "drop valid/cat/leak.jpg",
    "drop train/cat/leak.jpg",
    "drop train/dog/two.jpg",
  ]);
  assertEquals(corrections[1].reason, 'labelled "cat" and "dog"; its near duplicates are "dog"');
  assertEquals(corrections[4].reason, 'the same image as "test/cat/leak.jpg" in test');
});

Deno.test("a dataset read with the proposed corrections has no error left", async () => {
  const tree = await treeOfPictures(dirty);
  const patch = parsePatch("p", formatPatch(proposeCorrections(await check(dirty))));
  const corrected = await readDataset(tree, { patch });
  const report = await checkHealth(tree, corrected, decodeImage, {});
  assertEquals(kindsOf(report), ["near_duplicate"]); // train/dog/known.jpg and its twin
});

Deno.test("proposeCorrections() gives a decoder's fault in words of its own, and others as they are", async () => {
  const report = await check(healthy(["a", "b"], { train: 2 }));
  const reasonFor = (note: string) => {
    const groups = [[{ path: "train/a/0.jpg", split: "train", className: "a", note }] as const];
    const [{ action, ...rest }] = proposeCorrections({
      ...report,
      findings: [{ kind: "unreadable", groups, classes: [] }],
    });
    return action === "drop" && rest.image === "train/a/0.jpg" ? (rest as { reason: string }).reason : action;
  };
  const damaged = "unreadable: the file is damaged or truncated";
  for (
    const words of [
      "damaged (VipsJpeg: x)",
      "damaged, or not an image that this browser can",
      "truncated (y)",
    ]
  ) {
    assertEquals(reasonFor(`the file is ${words}`), damaged);
  }
  assertEquals(reasonFor("the file is empty"), "unreadable: the file is empty");
});
