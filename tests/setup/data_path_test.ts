import { assertEquals } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { withDataPath } from "../../src/setup/data_path.ts";
import { assertMessage } from "../data/helpers.ts";
import { memoryHost } from "../launch/memory_host.ts";

const { host: plain, files } = memoryHost();
const host = { ...plain, configWorld: { ...plain.configWorld, env: () => "/home/ada" } };
files.set("photos (1)/cat/1.jpg", "");
files.set("a=b.zip", "");
files.set("/home/ada/my photos/cat/1.jpg", "");
files.set("outputs/a/weights/best.safetensors", "");

Deno.test("a path that stands first is the dataset's", async () => {
  assertEquals(await withDataPath(host, ["photos (1)", "seed=1"], ["trainer=local"]), [
    "data=image_folder",
    "trainer=local",
    "data.data_root='photos (1)'",
    "seed=1",
  ]);
  assertEquals(await withDataPath(host, ["a=b.zip"]), ["data=image_folder", "data.data_root='a=b.zip'"]);
  assertEquals(await withDataPath(host, ["~/my photos"]), [
    "data=image_folder",
    "data.data_root='~/my photos'",
  ]);
});

Deno.test("overrides stay as they are", async () => {
  for (const overrides of [[], ["seed=1", "~loss"], ["~trainer.max_epochs"], ["+a=1"]]) {
    assertEquals(await withDataPath(host, overrides, ["trainer=local"]), overrides);
  }
});

Deno.test("a path that is not there is refused", async () => {
  for (const path of ["photoss", "~/photos"]) {
    await assertMessage(
      () => withDataPath(host, [path]),
      ConfigError,
      `Cannot use "${path}": there is no such file or folder, and an override is written key=value; check the path`,
    );
  }
});

Deno.test("a path after overrides is refused", () =>
  assertMessage(
    () => withDataPath(host, ["seed=1", "photos (1)"]),
    ConfigError,
    'Cannot use "photos (1)" after "seed=1": paths come first, and an override is written key=value',
  ));

Deno.test("the folder of a run is no dataset", () =>
  assertMessage(
    () => withDataPath(host, ["outputs/a"]),
    ConfigError,
    'Cannot read images from "outputs/a": it is a run\'s folder; its weights are outputs/a/weights/best.safetensors',
  ));
