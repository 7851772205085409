import { assert, assertEquals, assertMatch } from "@std/assert";
import { readSafetensors, type StoredTensor } from "../../src/formats/safetensors.ts";
import { decodeImage } from "../../src/host/deno_images.ts";
import { e2eTest } from "../rings.ts";
import { cli, command, tiny, withFolder } from "./cli.ts";

e2eTest(
  "train leaves a run that explains itself, and eval gives what the run's test gave",
  () =>
    withFolder(async (folder) => {
      const trained = await cli("train", tiny(folder, 2));
      assertEquals(trained.code, 0, trained.error);
      assertMatch(trained.out, /^device {2}.+/m);
      assertMatch(trained.out, /^data .+: 3 classes; train 45, valid 9, test 12 images/m);
      assertMatch(trained.out, /^model {3}resnet18, 11\.18 M parameters, 32 px, 3 classes$/m);
      assertMatch(trained.out, /^ *2\/2 +\d\.\d{4} +\d+\.\d % .* s( {2}best)?/m);
      assertMatch(
        trained.out,
        /^memory {2}\d+ buffers alive in every epoch, .+ MiB of GPU memory at the peak$/m,
      );
      const run = `${folder}/run`;
      const read = (name: string) => Deno.readTextFile(`${run}/${name}`);
      const { experiment, seed, runtime, adapter } = JSON.parse(await read("run.json"));
      assertEquals([experiment, seed, runtime], ["train", 42, `Deno ${Deno.version.deno}`]);
      assert(adapter.length > 0);
      assertMatch(await read(".hydra/config.yaml"), /max_epochs: 2/);
      assertEquals(JSON.parse(await read("labels_mapping.json")).class_to_idx, { "1": 0, "23": 1, "45": 2 });
      const lines = (await read("metrics.jsonl")).trim().split("\n").map((line) => JSON.parse(line));
      assertEquals(lines.filter((line) => "val/acc_top1" in line).map((line) => [line.epoch, line.step]), [[
        0,
        3,
      ], [1, 6]]);
      const timings = (await read("timings.jsonl")).trim().split("\n").map((line) => JSON.parse(line));
      assertEquals(timings.map((line) => "memory/buffers" in line), [false, true, false, true]);
      assertEquals(new Set(timings.map((line) => line["memory/buffers"])).size, 2);
      assertEquals((await read("metrics.csv")).trim().split("\n").length, 1 + lines.length);
      const best = trained.out.match(/^best {4}(.+safetensors) \(epoch \d\)$/m)?.[1] ?? "";
      for (const path of [best, `${folder}/checkpoints/train/last.safetensors`]) {
        const { tensors } = readSafetensors(await Deno.readFile(path));
        assertEquals(tensors.get("fc.weight")?.shape, [3, 512]);
      }
      const test = trained.out.split("\n").find((line) => line.startsWith("test "));
      const evaluated = await cli("eval", [...tiny(folder), `model.weights=${best}`]);
      assertEquals(evaluated.code, 0, evaluated.error);
      assert(test && evaluated.out.includes(test), `${test} is not in\n${evaluated.out}`);
    }),
);

e2eTest(
  "train gives the same weights twice, bit for bit, whatever is made ahead",
  () =>
    withFolder(async (folder) => {
      const weights: ReadonlyMap<string, StoredTensor>[] = [];
      for (const [i, prefetch] of [2, 0].entries()) {
        const own = [`hydra.run.dir=${folder}/run${i}`, `experiment=run${i}`, `data.prefetch=${prefetch}`];
        const args = [...tiny(folder), ...own];
        const { code, error } = await cli("train", args);
        assertEquals(code, 0, error);
        const bytes = await Deno.readFile(`${folder}/checkpoints/run${i}/last.safetensors`);
        weights.push(readSafetensors(bytes).tensors);
      }
      assertEquals(weights[0], weights[1]);
    }),
);

e2eTest(
  "train that is interrupted saves the last weights and exits with 130",
  () =>
    withFolder(async (folder) => {
      const process = command("train", tiny(folder, 500)).spawn();
      const metrics = `${folder}/run/metrics.jsonl`;
      const deadline = Date.now() + 60_000;
      while (
        Date.now() < deadline && !(await Deno.readTextFile(metrics).catch(() => "")).includes("val/loss")
      ) {
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      process.kill("SIGINT");
      const { code, stderr } = await process.output();
      const error = new TextDecoder().decode(stderr);
      assertEquals(code, 130, error);
      assertMatch(
        error,
        /InterruptedError: The run was interrupted after step \d+: go on with resume=auto or resume=.+last\.safetensors/,
      );
      readSafetensors(await Deno.readFile(`${folder}/checkpoints/train/last.safetensors`));
    }),
);

e2eTest(
  "train leaves the pictures and tables that its callbacks draw, for the epochs it ran only",
  () =>
    withFolder(async (folder) => {
      const more = ["sample_predictions", "model_info", "dataset_statistics", "sampler_distribution"];
      const chosen = more.map((name) => `callbacks.${name}={}`);
      const { code, out, error } = await cli("train", [
        ...tiny(folder, 2),
        ...chosen,
        "data.sampler.mode=auto",
      ]);
      assertEquals(code, 0, error);
      assertMatch(out, /^cost {4}11,178,051 parameters, 11,178,051 trainable, 44\.7 MB; 0\.07 GFLOP/m);
      assertMatch(out, /^23 +15 +33\.3 % +3 +33\.3 % +4 +33\.3 %$/m);
      assertMatch(out, /^drawn in epoch 1 +samples +expected +ratio$/m);
      const run = `${folder}/run`;
      const size = async (path: string) => {
        const { width, height } = await decodeImage(await Deno.readFile(`${run}/${path}`));
        return [width, height];
      };
      for (const epoch of ["epoch_000", "epoch_001"]) {
        assertEquals(await size(`${epoch}/confusion_matrix.png`), [1800, 1800]);
        assert((await size(`${epoch}/sample_predictions.png`))[0] > 1000);
        await Deno.stat(`${run}/${epoch}/sampler_distribution.json`);
      }
      for (const name of ["loss", "accuracy"]) {
        assertEquals(await size(`training_history/${name}_history.png`), [1200, 750]);
      }
      const { train } = JSON.parse(await Deno.readTextFile(`${run}/dataset_statistics.json`));
      assertEquals([train.total, train.classes[2].name, train.classes[2].count], [45, "45", 15]);
      const epochs = [...Deno.readDirSync(run)].map(({ name }) => name).filter((name) =>
        name.startsWith("epoch")
      );
      assertEquals(epochs.sort(), ["epoch_000", "epoch_001"]);
      const metrics = await Deno.readTextFile(`${run}/metrics.jsonl`);
      for (
        const name of ["val/acc_class_2", "val/f1_macro", "val/auroc_macro", "val/ece", "test/acc_class_0"]
      ) {
        assert(metrics.includes(`"${name}":`), `${name} is not in\n${metrics}`);
      }
      const report = await Deno.readTextFile(`${run}/report.html`);
      const island = (page: string) => JSON.parse(/id="report">([^]*?)<\/script>/.exec(page)![1]);
      const { results, classes, curves } = island(report);
      const counts = results.map((
        { split, samples, pictures }: Record<string, unknown[]>,
      ) => [split, samples, pictures.length]);
      assertEquals([classes, counts], [["1", "23", "45"], [["valid", 9, 9], ["test", 12, 12]]]);
      assertEquals(curves.length, 4);
      assertMatch(report, /Finished after 2 epochs/);
      const again = await cli("report", [run]);
      assertEquals(again.code, 0, again.error);
      assertEquals(island(await Deno.readTextFile(`${run}/report.html`)), island(report));
    }),
);
