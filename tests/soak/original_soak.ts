/** The original's three roots on the jersey numbers of ../shared/data, from their names and data_root alone. */
import { assertEquals } from "@std/assert";
import { cli, withFolder } from "../e2e/cli.ts";
import { e2eTest } from "../rings.ts";

const DATA = "../shared/data/jersey-folders.zip";
const ROOTS = ["train_basketball_resnet18", "train_jersey_ocr_resnet18", "train_jersey_ocr_resnet18_local"];
/** A run that fits a processor: without network, in f32, a few batches of small images. */
const SHORT = [
  "model.pretrained=false",
  "logging=none",
  "transforms.image_size=32",
  "trainer.precision=32-true",
  "trainer.tune_kernels=false",
  "trainer.limit_train_batches=8",
  "trainer.limit_val_batches=4",
  "trainer.limit_test_batches=4",
];

function hasData(): boolean {
  try {
    return Deno.statSync(DATA).isFile;
  } catch {
    return false;
  }
}

for (const root of ROOTS) {
  e2eTest(`${root} of the original dry-runs and trains on jersey numbers`, async (context) => {
    if (!hasData()) return console.log(`ignored: ${DATA} is missing`);
    await withFolder(async (folder) => {
      for (const length of ["trainer.fast_dev_run=true", "trainer.max_epochs=2"]) {
        await context.step(length, async () => {
          const { code, out, error } = await cli("train", [
            "--config-dir=tests/fixtures/config/original",
            `--config-name=${root}`,
            `data.data_root=${DATA}`,
            `hydra.run.dir=${folder}/run`,
            `checkpoint_dir=${folder}/checkpoints`,
            ...SHORT,
            length,
          ]);
          assertEquals(code, 0, `${out}\n${error}`);
        });
      }
    });
  });
}
