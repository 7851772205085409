import { assertEquals } from "@std/assert";
import { pathParts } from "../../web/views/path.tsx";

Deno.test("a path goes on in the next line after a folder or a word, or ahead of its ending", () => {
  assertEquals(pathParts("train/45/my_cat-2.tar.jpg"), ["train/", "45/", "my_", "cat-", "2.tar", ".jpg"]);
  assertEquals(pathParts("v1.2/写真 8"), ["v1.2/", "写真 8"]);
});
