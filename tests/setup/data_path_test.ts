import { assertEquals, assertRejects } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { withDataPath } from "../../src/setup/data_path.ts";
import { memoryHost } from "../launch/memory_host.ts";

const { host, files } = memoryHost();
files.set("photos (1)/cat/1.jpg", "");
files.set("a=b.zip", "");

Deno.test("a path that stands first is the dataset's", async () => {
  assertEquals(await withDataPath(host, ["photos (1)", "seed=1"], ["trainer=local"]), [
    "data=image_folder",
    "trainer=local",
    "data.data_root='photos (1)'",
    "seed=1",
  ]);
  assertEquals(await withDataPath(host, ["a=b.zip"]), ["data=image_folder", "data.data_root='a=b.zip'"]);
});

Deno.test("overrides stay as they are", async () => {
  for (const overrides of [[], ["seed=1", "photos (1)"], ["~trainer.max_epochs"], ["+a=1"]]) {
    assertEquals(await withDataPath(host, overrides, ["trainer=local"]), overrides);
  }
});

Deno.test("a path that is not there is refused", () =>
  void assertRejects(
    () => withDataPath(host, ["photoss"]),
    ConfigError,
    'Cannot use "photoss": there is no such file or folder, and an override is written key=value; check the path',
  ));
