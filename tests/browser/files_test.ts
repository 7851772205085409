/** Files that a user hands to a page; Deno's own Blob and File stand in for the browser's. */
import { assertEquals, assertRejects } from "@std/assert";
import { zipSync } from "fflate";
import { DataError } from "../../mod.ts";
import { blobSource, folderTree, openArchive } from "../../src/host/browser.ts";

const text = (content: string) => new TextEncoder().encode(content);

Deno.test("blobSource() reads parts of a blob", async () => {
  const source = blobSource(new Blob(["0123456789"]), "digits");
  assertEquals([source.name, source.size], ["digits", 10]);
  assertEquals(await source.read(3, 4), text("3456"));
});

Deno.test("openArchive() reads a dropped archive", async () => {
  const bytes = zipSync({ "train/7/a.jpg": text("seven"), "train/10/b.jpg": text("ten") });
  const tree = await openArchive(new File([bytes as Uint8Array<ArrayBuffer>], "numbers.zip"));
  assertEquals(tree.name, "numbers.zip");
  assertEquals(await tree.paths(), ["train/10/b.jpg", "train/7/a.jpg"]);
  assertEquals(await tree.read("train/7/a.jpg"), text("seven"));
});

Deno.test("folderTree() reads a chosen folder", async () => {
  const file = (path: string, content: string) =>
    Object.defineProperty(new File([content], path), "webkitRelativePath", { value: `numbers/${path}` });
  const tree = folderTree([file("train/7/a.jpg", "seven"), file("train/10/b.jpg", "ten")]);
  assertEquals(tree.name, "numbers");
  assertEquals(await tree.paths(), ["train/10/b.jpg", "train/7/a.jpg"]);
  assertEquals(await tree.folders(), ["train", "train/10", "train/7"]);
  assertEquals(await tree.read("train/10/b.jpg"), text("ten"));
  await assertRejects(
    () => tree.read("c.jpg"),
    DataError,
    `Cannot read "c.jpg": "numbers" has no such file`,
  );
});
