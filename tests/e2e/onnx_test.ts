/** One trained model, three runtimes: the engine, ONNX Runtime and PyTorch name the same class for every test image. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { hasPackages, runPython } from "../python.ts";
import { e2eTest } from "../rings.ts";
import { cli, tiny, withFolder } from "./cli.ts";

/** File and predicted class of each test image. */
async function predictions(run: string): Promise<Map<string, string>> {
  const lines = (await Deno.readTextFile(`${run}/predictions.csv`)).trim().split("\n").slice(1);
  return new Map(lines.map((line) => [line.split(",")[0], line.split(",")[2]]));
}

e2eTest(
  "train exports the best checkpoint, and eval says the same of it, of its ONNX file and in PyTorch, image for image",
  () =>
    withFolder(async (folder) => {
      const trained = await cli("train", [...tiny(folder, 2), "callbacks.onnx_export={}"]);
      assertEquals(trained.code, 0, trained.error);
      assertMatch(trained.out, /same class for 9 of 9 validation images/);
      const best = /^best +(\S+\.safetensors)/m.exec(trained.out)![1];
      const places = tiny(folder).filter((text) => !text.startsWith("hydra.run.dir"));
      const evaluated: Map<string, string>[] = [];
      for (const [i, path] of [best, `${folder}/run/model.onnx`].entries()) {
        const args = [path, ...places, `hydra.run.dir=${folder}/eval${i}`];
        const { code, out, error } = await cli("eval", args);
        assertEquals(code, 0, error);
        const test = trained.out.split("\n").find((line) => line.startsWith("test "))!;
        assert(out.includes(test), `${test} is not in\n${out}`);
        evaluated.push(await predictions(`${folder}/eval${i}`));
      }
      assertEquals(evaluated[0].size, 12);
      assertEquals(evaluated[1], evaluated[0]);
      if (!hasPackages(["torch", "torchvision", "safetensors", "PIL"])) {
        return console.log(
          "PyTorch is not asked: Python cannot import torch, torchvision, safetensors and PIL",
        );
      }
      const script = await Deno.readTextFile(new URL("same_answers.py", import.meta.url));
      const lines = (await runPython(script, [best, `${folder}/jerseys`])).trim().split("\n");
      assertEquals(new Map(lines.map((line) => line.split("\t") as [string, string])), evaluated[0]);
    }),
);
