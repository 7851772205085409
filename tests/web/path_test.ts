import { assertEquals } from "@std/assert";
import { pathParts } from "../../web/views/path.tsx";

Deno.test("a path goes on in the next line after a folder or a word, or ahead of its ending", () => {
  assertEquals(pathParts("train/no_cat/my_cat-2.tar.jpg"), {
    folders: ["train/", "no_", "cat/"],
    name: ["my_", "cat-", "2.tar", ".jpg"],
  });
  assertEquals(pathParts("v1.2/写真 8"), { folders: ["v1.2/"], name: ["写真 8"] });
  assertEquals(pathParts("a.jpg"), { folders: [""], name: ["a", ".jpg"] });
});
