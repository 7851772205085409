/** The PyTorch original's folder, as a user of it starts a run. */
import { assert, assertEquals } from "@std/assert";
import sharp from "sharp";
import { rng } from "../../src/base/rng.ts";
import { e2eTest } from "../rings.ts";
import { cli, withFolder } from "./cli.ts";

const SECRET = "not to be found in any file";

/** Pictures of noise in a folder for each class. */
async function layOut(folder: string): Promise<void> {
  const random = rng(1, "pictures"), side = 24;
  for (const split of ["train", "valid", "test"]) {
    for (const name of ["4", "23"]) {
      await Deno.mkdir(`${folder}/${split}/${name}`, { recursive: true });
      for (let i = 0; i < 8; i++) {
        const pixels = Uint8Array.from({ length: side * side * 3 }, () => random.integer(256));
        const raw = { width: side, height: side, channels: 3 } as const;
        await sharp(pixels, { raw }).jpeg().toFile(`${folder}/${split}/${name}/${i}.jpg`);
      }
    }
  }
}

/** Every file below a folder. */
function* filesBelow(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* filesBelow(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

e2eTest(
  "the original's root trains from its name and data_root, and no file has a value of the environment",
  () =>
    withFolder(async (folder) => {
      await layOut(`${folder}/pictures`);
      const { code, out, error } = await cli("train", [
        "--config-dir=tests/fixtures/config/original",
        "--config-name=train_jersey_ocr_resnet18_local",
        `data.data_root=${folder}/pictures`,
        "model.pretrained=false",
        "logging=wandb",
        "transforms.image_size=32",
        "data.batch_size=8",
        "trainer.max_epochs=1",
        "trainer.tune_kernels=false",
        `hydra.run.dir=${folder}/run`,
        `checkpoint_dir=${folder}/checkpoints`,
      ], { WANDB_MODE: "offline", RUN_NOTES: SECRET });
      assertEquals(code, 0, `${out}\n${error}`);
      const files = [...filesBelow(`${folder}/run`), ...filesBelow(`${folder}/checkpoints`)];
      for (const name of ["config.yaml", "run.json", "model.onnx", "last.safetensors"]) {
        assert(files.some((path) => path.endsWith(`/${name}`)), `${name} is not in ${files}`);
      }
      const found = files.filter((path) =>
        new TextDecoder("latin1").decode(Deno.readFileSync(path)).includes(SECRET)
      );
      assertEquals(found, []);
      const kept = Deno.readTextFileSync(`${folder}/run/.hydra/config.yaml`);
      assert(kept.includes("notes: ${oc.env:RUN_NOTES,}"), kept);
    }),
);
