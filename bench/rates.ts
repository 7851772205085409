/** `bench rates`: images a second of many networks, training and predicting, one after the other. */
import type { Device } from "../src/core/device.ts";
import { createModel, modelNames } from "../src/nn/models/mod.ts";
import { predictor } from "../src/train/predictor.ts";
import { stepFlops } from "./convs.ts";
import type { Column } from "./report.ts";
import { type Session, withDevice } from "./session.ts";
import { stepTime } from "./step.ts";
import { takeTurns } from "./timing.ts";
import { noiseBatch, type TrainingPlan } from "./training.ts";

const COLUMNS: readonly Column[] = [
  { key: "model", head: "model", width: 18, isText: true },
  { key: "size", head: "px", width: 5 },
  { key: "batch", head: "batch", width: 6 },
  { key: "training", head: "images/s, training", width: 19 },
  { key: "predicting", head: "predicting", width: 11 },
  { key: "gflops", head: "GFLOP/s, training", width: 18 },
];

/** Minimum milliseconds of one measurement. */
const LEAST = 100;

/** Times each model's step and forward pass; those that `--budget` leaves no time for are named. */
export async function benchRates(session: Session): Promise<void> {
  const { options: { models = modelNames, classes, precision = "32-true", budget }, report } = session;
  const size = session.options.size ?? (session.software ? 64 : 224);
  const batch = session.options.batch ?? (session.software ? 16 : 64);
  const print = report.table(`images a second, ${classes} classes, ${precision}`, COLUMNS);
  const left: string[] = [];
  for (const model of models) {
    if (budget !== undefined && performance.now() >= 1000 * budget) left.push(model);
    else {
      const plan = { model, size, batch, classes, precision };
      const training = await withDevice(session, (device) => stepTime(session, device, plan));
      const predicting = await withDevice(session, (device) => forwardTime(session, device, plan));
      print({
        ...{ model, size, batch },
        training: 1000 * batch / training,
        predicting: 1000 * batch / predicting,
        gflops: stepFlops(model, size, batch, classes) / training / 1e6,
      });
    }
  }
  if (left.length > 0) report.note(`left out, as the ${budget} s are over: ${left.join(", ")}`);
}

/** Milliseconds of a batch's logits, with the upload of its images. */
async function forwardTime(session: Session, device: Device, plan: TrainingPlan): Promise<number> {
  const { model: name, size: imageSize, batch, classes, precision } = plan;
  const model = createModel(device, name, { classes, seed: 42, precision });
  const { images } = noiseBatch(plan);
  const predict = predictor(device, model, { imageSize, batchSize: batch });
  const timed = async (times: number) => {
    const start = performance.now();
    for (let time = 0; time < times; time++) await predict.logits(images, batch);
    return (performance.now() - start) / times;
  };
  const [milliseconds] = await takeTurns([timed], { ...session.patience, least: LEAST });
  return milliseconds;
}
