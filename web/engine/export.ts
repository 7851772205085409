/** The page's training as ONNX, as `deno task export` writes it. */
import { amount } from "../../src/data/words.ts";
import { inMemory } from "../../src/data/decode/picture_source.ts";
import type { Picture } from "../../src/data/types.ts";
import { openDevice } from "../../src/core/device.ts";
import { openGpu } from "../../src/host/browser.ts";
import { openOnnx } from "../../src/host/browser_onnx.ts";
import type { Disk } from "../../src/host/memory_disk.ts";
import { weightsIn } from "../../src/setup/checkpoint_store.ts";
import { exportCheckpoint } from "../../src/setup/export/export_checkpoint.ts";
import { onnxOptions } from "../../src/train/onnx_options.ts";
import type { ExportCheck } from "../protocol/engine_calls.ts";
import { progressTo } from "./progress.ts";

/** Writes `model.onnx` into the run's folder, and compares it with the engine by `pictures`. */
export async function exportOnnx(
  disk: Disk,
  run: string,
  pictures: readonly Picture[],
  say: (text: string) => void,
): Promise<ExportCheck> {
  const device = await openDevice(await openGpu());
  const host = {
    ...disk,
    openOnnx: async (path: string) => await openOnnx(path, await disk.readFile(path)),
    print: say,
    progress: progressTo(({ what, done, total }) =>
      say(`${what}: ${amount(done)}${total === undefined ? "" : ` of ${amount(total)}`}`)
    ),
  };
  try {
    return await exportCheckpoint(host, {
      checkpoint: weightsIn(run).best,
      path: `${run}/model.onnx`,
      options: onnxOptions.parse({}),
      checkSet: { name: "held-out images", pictures: inMemory(pictures) },
      openDevice: () => Promise.resolve(device),
    });
  } finally {
    device.close();
  }
}
