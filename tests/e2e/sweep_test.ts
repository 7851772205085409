import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { e2eTest } from "../rings.ts";
import { cli, tiny, withFolder } from "./cli.ts";

e2eTest(
  "a sweep runs its jobs and lists the one that fails, and --resume runs the remaining jobs",
  () =>
    withFolder(async (folder) => {
      const args = tiny(folder).filter((arg) =>
        !arg.startsWith("hydra.") && !arg.startsWith("data.data_root")
      );
      const sweep = [
        "-m",
        ...args,
        "model.weights=choice(null,none.safetensors)",
        `data.data_root=${folder}/jerseys`,
      ];
      const first = await cli("train", [
        ...sweep,
        "seed=1",
        `hydra.sweep.dir=${folder}/sweep`,
        "trainer.max_epochs=1",
      ]);
      assertEquals(first.code, 3, first.error);
      assertMatch(first.out, /^ {2}0 {2}model\.weights=null +done +0\.\d{4} +0\.\d{4}/m);
      assertMatch(first.out, /^ {2}1 {2}model\.weights='none\.safetensors' {2}failed \(3\)/m);
      assertMatch(first.out, /1 done, 1 failed$/m);
      for (const path of ["checkpoints/last", "weights/best", "weights/last"]) {
        await Deno.stat(`${folder}/sweep/0/${path}.safetensors`);
      }
      await assertRejects(() => Deno.stat(`${folder}/checkpoints`), Deno.errors.NotFound);
      const compared = await cli("report", [`${folder}/sweep`]);
      assertEquals(compared.code, 0, compared.error);
      assertMatch(compared.out, /^compare .*\/sweep\/comparison\.html \(0\.1 MiB\)$/m);
      const page = await Deno.readTextFile(`${folder}/sweep/comparison.html`);
      assertMatch(page, /"name":"model\.weights=null"/);
      assertMatch(page, /"reason":"Ended with exit code 3: MissingError: /);
      const again = await cli("train", ["--resume", `${folder}/sweep`]);
      assertEquals(again.code, first.code, again.error);
      assertMatch(again.out, /job 0 \(1 of 2\): already done/);
    }),
);

e2eTest("--cfg job --resolve asks for no GPU", async () => {
  const noGpu = { VK_ICD_FILENAMES: "/nonexistent.json", VK_DRIVER_FILES: "/nonexistent.json" };
  const { code, out } = await cli("train", [
    "--cfg",
    "job",
    "--resolve",
    "logging=wandb",
    "callbacks=default",
  ], noGpu);
  assertEquals(code, 0);
  assertMatch(out, /^ {2}ema:\n {4}decay: 0\.9999$/m);
  const run = await cli("train", ["logging=wandb", "callbacks=default"], noGpu);
  assertEquals(run.code, 2);
  assertMatch(run.error, /^ConfigError: Cannot log to Weights & Biases: WANDB_API_KEY is not set/m);
});
