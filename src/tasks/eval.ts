/** `eval`: tests the weights of a checkpoint on a dataset's test split. */
import { DataError } from "../base/errors.ts";
import type { Config } from "../config/mod.ts";
import type { Split } from "../data/types.ts";
import { evaluator } from "../train/evaluate.ts";
import type { Tally } from "../train/ring.ts";
import type { Host } from "./host.ts";
import { describeData, openData } from "./open_data.ts";
import { openConfigured, openModel } from "./open_model.ts";
import { configuredLoss, formatTest } from "./train.ts";

/** Evaluates `model.weights` on the test split and prints loss, top-1 and top-5. */
export async function evaluate(host: Host, config: Config): Promise<Tally> {
  const device = await openConfigured(host, config);
  try {
    const splits: Split[] = config.loss.class_weights === "balanced" ? ["train", "test"] : ["test"];
    using data = await openData(host, config, device, splits);
    host.print(`data    ${describeData(data, splits)}`);
    if (data.count("test") === 0) {
      throw new DataError(`Cannot evaluate as ${data.dataset.root} has no test split`);
    }
    const model = await openModel(host, config, device, data.classes);
    const loss = configuredLoss(device, config, data);
    const batches = data.evaluate("test");
    const parts = {
      model,
      loss,
      imageSize: config.data.image_size,
      batchSize: data.evalBatchSize,
      batches: batches.length,
    };
    const { tally: result } = await evaluator(device, parts).run("test", batches);
    host.print(formatTest(result));
    return result;
  } finally {
    device.close();
  }
}
