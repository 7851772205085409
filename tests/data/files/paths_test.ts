import { assertEquals } from "@std/assert";
import { compareCodePoints, folderOf, isHidden, resolveInside } from "../../../src/data/files/paths.ts";

Deno.test("compareCodePoints() sorts numbers as Python sorts strings", () => {
  assertEquals(["2", "10", "1", "00", "0", ""].sort(compareCodePoints), ["", "0", "00", "1", "10", "2"]);
});

Deno.test("compareCodePoints() puts characters beyond U+FFFF last", () => {
  assertEquals(["\u{1F600}", "\uFF5E", "z", "é", "日"].sort(compareCodePoints), [
    "z",
    "é",
    "日",
    "\uFF5E",
    "\u{1F600}",
  ]);
});

Deno.test("resolveInside() follows dots and refuses to leave the top", () => {
  assertEquals(resolveInside("train", "a.jpg"), "train/a.jpg");
  assertEquals(resolveInside("train/x", "./../b//c.jpg"), "train/b/c.jpg");
  assertEquals(resolveInside("train", "..\\images\\c.jpg"), "images/c.jpg");
  assertEquals(resolveInside("", "a.jpg"), "a.jpg");
  for (const path of ["../../a.jpg", "/a.jpg", "\\a.jpg", "C:\\a.jpg", "x/../../../a.jpg"]) {
    assertEquals(resolveInside("train", path), undefined, path);
  }
});

Deno.test("isHidden() knows dotted names and macOS leftovers", () => {
  for (const path of [".x.jpg", "a/._b.jpg", ".git/a.jpg", "__MACOSX/a.jpg"]) {
    assertEquals(isHidden(path), true, path);
  }
  for (const path of ["a.jpg", "a.b/c.d.jpg"]) assertEquals(isHidden(path), false, path);
});

Deno.test("folderOf() gives what stands before the last slash", () => {
  assertEquals([folderOf("a/b/c"), folderOf("a/b"), folderOf("a")], ["a/b", "a", ""]);
});
