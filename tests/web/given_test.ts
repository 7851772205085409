/** What is given to "Try it": models, a run's folder with its best weights first, or images. */
import { assertEquals, assertRejects } from "@std/assert";
import { DataError } from "../../src/base/errors.ts";
import { findGiven } from "../../web/engine/try/given.ts";

const source = (...paths: string[]) => ({
  kind: "files" as const,
  files: paths.map((path): [string, File] => [path, new File(["x"], path.split("/").at(-1)!)]),
});
const found = async (...paths: string[]) => {
  const given = await findGiven(source(...paths), () => {});
  return given.kind === "models"
    ? { isRun: given.isRun, paths: given.models.map(({ path }) => path) }
    : given.images.map(({ name }) => name);
};

Deno.test("a run's folder is known by its weights, the best first", async () => {
  const paths = ["r/weights/last.safetensors", "r/epoch_000/gradcam.png", "r/weights/best.safetensors"];
  assertEquals(await found(...paths, "r/model.onnx"), {
    isRun: true,
    paths: ["r/weights/best.safetensors", "r/weights/last.safetensors", "r/model.onnx"],
  });
});

Deno.test("loose files are models or images, a folder's images have its name", async () => {
  assertEquals(await found("a.pth"), { isRun: false, paths: ["a.pth"] });
  assertEquals(await found("b.png", "a.jpg", "notes.txt"), ["a.jpg", "b.png"]);
  assertEquals(await found("photos/x/b.png", "photos/a.jpg"), ["photos/a.jpg", "photos/x/b.png"]);
  await assertRejects(() => found("notes.txt"), DataError, "it has neither images nor a model");
});
