import { assert, assertEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { isMirrorSensitive } from "../../../src/data/health/class_changes.ts";
import { contentFormat, nameFormat } from "../../../src/data/decode/formats.ts";
import type { Picture } from "../../../src/data/types.ts";
import { encodeJpeg, encodePng } from "../../../src/host/deno_images.ts";
import { formatFile } from "../decode/formats.ts";
import { line, utf8 } from "../helpers.ts";
import { changed, check, fill, groupsOf, healthy, kindsOf, paler, speckled, waves } from "./made.ts";

const base = () => healthy(["cat", "dog"], { train: 12, valid: 6, test: 6 });

Deno.test("checkHealth() finds nothing in a healthy dataset, and counts it", async () => {
  const report = await check(base());
  assertEquals(kindsOf(report), []);
  assertEquals([report.files, report.imbalance, report.classes], [48, 1, ["cat", "dog"]]);
  const counts = report.splits.map(({ split, counts }) => [split, ...counts]);
  assertEquals(counts, [["train", 12, 12], ["valid", 6, 6], ["test", 6, 6]]);
});

Deno.test("checkHealth() notes 12-bit images in 16 bits, and does not call them dark or flat", async () => {
  const narrow = formatFile("12_in_16.png");
  const report = await check({ ...base(), "train/cat/12.png": narrow });
  assertEquals(kindsOf(report), []);
  assertEquals(report.notes, [
    "1 image scaled by own range, as no range is declared: 1 as 12-bit (values of at most 4095)",
  ]);
});

Deno.test("checkHealth() finds one picture under two labels: the same bytes, or saved anew", async () => {
  const png = await encodePng(waves(900));
  const report = await check({
    ...base(),
    "train/cat/a.png": png,
    "train/dog/a.png": png,
    "train/cat/b.jpg": waves(901),
    "train/dog/b.jpg": await encodeJpeg(waves(901), 80),
  });
  assertEquals(kindsOf(report), ["two_labels"]);
  assertEquals(groupsOf(report, "two_labels"), [
    ["train/cat/a.png", "train/dog/a.png"],
    ["train/cat/b.jpg", "train/dog/b.jpg"],
  ]);
  assertEquals(report.findings[0].groups.map((group) => group[1].note), ["same bytes", "re-encoded"]);
});

Deno.test("checkHealth() finds one image that two JSONL lines name differently", async () => {
  const report = await check({
    ...base(),
    "train/more/x.jpg": waves(902),
    "train/more/a.jsonl": utf8(line("x.jpg", "cat") + line("x.jpg", "dog") + line("x.jpg", "dog")),
  });
  assertEquals(kindsOf(report), ["two_labels"]);
  const [group] = report.findings[0].groups;
  assertEquals(group.map(({ path, className }) => [path, className]), [
    ["train/more/x.jpg", "cat"],
    ["train/more/x.jpg", "dog"],
  ]);
});

Deno.test("checkHealth() finds copies and twins within a class and across splits", async () => {
  const report = await check({
    ...base(),
    "train/cat/x.jpg": waves(903),
    "test/cat/x.png": waves(903), // without JPEG's loss
    "train/dog/y.jpg": waves(904),
    "valid/dog/y.jpg": paler(waves(904)),
    "train/dog/z.jpg": waves(905),
    "train/dog/zz.jpg": paler(waves(905)),
    "train/dog/zzz.jpg": waves(905),
  });
  assertEquals(kindsOf(report), ["leak", "leak_near", "duplicate", "near_duplicate"]);
  assertEquals(groupsOf(report, "leak"), [["test/cat/x.png", "train/cat/x.jpg"]]);
  assertEquals(groupsOf(report, "leak_near"), [["train/dog/y.jpg", "valid/dog/y.jpg"]]);
  assertEquals(groupsOf(report, "duplicate"), [["train/dog/z.jpg", "train/dog/zzz.jpg"]]);
  assertEquals(groupsOf(report, "near_duplicate"), [["train/dog/z.jpg", "train/dog/zz.jpg"]]);
});

Deno.test("checkHealth() finds twins under two labels", async () => {
  const report = await check({
    ...base(),
    "train/cat/x.jpg": waves(906),
    "train/dog/x.jpg": paler(waves(906)),
  });
  assertEquals(kindsOf(report), ["two_labels_near"]);
  assertEquals(groupsOf(report, "two_labels_near"), [["train/cat/x.jpg", "train/dog/x.jpg"]]);
});

Deno.test("checkHealth() names unreadable files with the reason, and goes on", async () => {
  const jpeg = await encodeJpeg(waves(907), 90);
  const report = await check({
    ...base(),
    "train/cat/cut.jpg": jpeg.subarray(0, jpeg.length >> 1),
    "train/cat/empty.jpg": new Uint8Array(),
    "train/dog/page.jpg": utf8("<html>404</html>"),
  });
  assertEquals(kindsOf(report), ["unreadable"]);
  const found = report.findings[0].groups.flat();
  assertEquals(found.map(({ path }) => path), [
    "train/cat/cut.jpg",
    "train/cat/empty.jpg",
    "train/dog/page.jpg",
  ]);
  for (const { note } of found) assert(note!.length > 5, note);
});

Deno.test("checkHealth() finds files whose content belies their name", async () => {
  const report = await check({ ...base(), "train/cat/p.jpg": await encodePng(waves(908)) });
  assertEquals(kindsOf(report), ["belied_name"]);
  assertEquals(report.findings[0].groups[0][0].note, "PNG named .jpg");
});

Deno.test("checkHealth() finds odd sizes and aspect ratios against the median", async () => {
  const report = await check({
    ...base(),
    "train/cat/huge.jpg": waves(909, 400, 520),
    "train/cat/tiny.png": waves(910, 6, 7),
    "train/dog/wide.jpg": waves(911, 150, 40),
  });
  assertEquals(groupsOf(report, "odd_size"), [["train/cat/huge.jpg"], ["train/cat/tiny.png"]]);
  assertEquals(groupsOf(report, "odd_aspect"), [["train/dog/wide.jpg"]]);
});

Deno.test("checkHealth() finds dark, bright, flat and blurred pictures", async () => {
  const files = base();
  for (const path of Object.keys(files)) files[path] = speckled(files[path] as Picture, 0.05, rng(1, path));
  const report = await check({
    ...files,
    "train/cat/dark.jpg": changed(speckled(waves(912), 0.05, rng(3)), (value) => value / 10),
    "train/cat/bright.jpg": changed(speckled(waves(913), 0.05, rng(4)), (value) => 229 + value / 10),
    "train/cat/flat.png": fill(40, 52, (x) => 100 + x % 2),
    "train/dog/blurred.png": fill(40, 52, (x, y) => 60 + 2 * x + y),
  });
  const kinds = ["flat", "dark", "bright", "blurred"] as const;
  assertEquals(kindsOf(report), [...kinds]);
  assertEquals(kinds.map((kind) => groupsOf(report, kind)), [
    [["train/cat/flat.png"]],
    [["train/cat/dark.jpg"]],
    [["train/cat/bright.jpg"]],
    [["train/dog/blurred.png"]],
  ]);
});

Deno.test("checkHealth() finds missing, unknown, rare and unbalanced classes", async () => {
  const files = healthy(["cat", "dog", "owl"], { train: 25, valid: 6, test: 6 });
  for (const path of Object.keys(files)) {
    if (/test\/owl|valid\/owl\/[2-9]|train\/owl\/([2-9]|\d\d)/.test(path)) delete files[path];
  }
  files["valid/Owl/0.jpg"] = waves(5000);
  const { findings, imbalance } = await check(files);
  const classesOf = (kind: string) =>
    findings.find((finding) => finding.kind === kind)?.classes.map((each) =>
      `${each.className}: ${each.note}`
    );
  assertEquals(imbalance, 12.5);
  assertEquals(classesOf("missing_class"), ["owl: 0 in test"]);
  assertEquals(classesOf("unknown_class"), ['Owl: 1 sample in valid; did they mean "owl"?']);
  assertEquals(classesOf("few_samples"), ["owl: 2 in train"]);
  assertEquals(classesOf("few_evaluated"), ["owl: 2 in valid"]);
  assertEquals(classesOf("imbalance"), ["cat: 25 in train, 12.5 times the smallest", "owl: 2 in train"]);
});

Deno.test("checkHealth() warns of mirroring only where it is done and the names are told by it", async () => {
  const files = healthy(["23", "turn left"], { train: 12, valid: 5 });
  assertEquals(kindsOf(await check(files)), []);
  const { findings } = await check(files, [{ random_horizontal_flip: {} }]);
  assertEquals(findings.map(({ kind, classes }) => [kind, ...classes.map(({ className }) => className)]), [
    ["flip", "23", "turn left"],
  ]);
  const sensitive = ["7", "10", "LEFT", "right-hand", "turnRight", "arrow_left"];
  const others = ["cat", "8", "101", "bright", "rightful", "leftover", "b52", "cleft"];
  assertEquals([...sensitive, ...others].filter(isMirrorSensitive), sensitive);
});

Deno.test("contentFormat() goes by the first bytes, nameFormat() by the name", async () => {
  const texts = ["RIFF....WEBPVP8 ", "GIF89a...", "BM............\x28\0\0\0", "<html>", ""].map(utf8);
  const files = [await encodeJpeg(waves(1), 90), await encodePng(waves(1)), ...texts];
  assertEquals(files.map(contentFormat), ["JPEG", "PNG", "WebP", "GIF", "BMP", undefined, undefined]);
  const names = ["a.JPG", "b.c/d.jpeg", "e.png", "f", "g.txt", "h.HEIC", "i.tif"];
  assertEquals(names.map(nameFormat), ["JPEG", "JPEG", "PNG", undefined, undefined, "HEIC", "TIFF"]);
});

Deno.test("checkHealth() finds class names that people may have meant to be one", async () => {
  const names = ["Cat", "cat", "\uff43at", "hot dog", "hot-dog", "7", "07", "007", "70", "dog"];
  const report = await check(healthy(names, { train: 12, valid: 6, test: 6 }));
  const found = (kind: string) =>
    report.findings.find((finding) => finding.kind === kind)?.classes.map(({ className }) => className);
  assertEquals(found("alike_names"), ["Cat", "cat", "\uff43at", "hot dog", "hot-dog"]);
  assertEquals(found("alike_numbers"), ["007", "07", "7"]);
});
