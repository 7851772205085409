/** `trainer.lr_find`: a range test of learning rates in place of a training, with a curve and a suggestion. */
import type { Config } from "../config/mod.ts";
import { classCounts } from "../data/class_weights.ts";
import { type Split, SPLITS } from "../data/types.ts";
import { makeLoss } from "../nn/losses/mod.ts";
import { htmlReport } from "../plots/report/html_report.ts";
import { ratePlot } from "../plots/rate_plot.ts";
import { describeCurve } from "../setup/describe_rates.ts";
import { describeConfig, describeRun } from "../setup/describe_run.ts";
import type { Host } from "../setup/host.ts";
import { lossContext } from "../setup/loss_context.ts";
import { describeData, type OpenData, openData, requireTrainable } from "../setup/open_data.ts";
import { openEvaluator, openFit } from "../setup/open_fit.ts";
import { openConfigured, openModel } from "../setup/open_model.ts";
import { runFiles } from "../setup/run_files.ts";
import { REPORT } from "../train/callbacks/report.ts";
import { RunLog } from "../train/log.ts";
import { findRate } from "../train/lr_find.ts";
import type { RateCurve } from "../train/rate_range.ts";
import { readRun } from "../train/report/read_run.ts";
import { countsOf, RATE_PLOT, REPORT_DATA, type ReportData } from "../train/report/report_data.ts";

const CURVE = "lr_find.json", DOTS_PER_INCH = 150;

/**
 * Looks for a learning rate. Prints the suggestion as an override, and writes lr_find.png, lr_find.json and report.html
 * into `folder`; no checkpoint is read, written or moved.
 */
export async function lrFind(host: Host, config: Config, folder: string): Promise<RateCurve> {
  const device = await openConfigured(host, config);
  try {
    using data = await openData(host, config, device, SPLITS);
    host.print(`data    ${describeData(data, SPLITS)}`);
    requireTrainable(data);
    host.print(`config  ${describeConfig(config)}`);
    if (config.trainer.fast_dev_run !== false) {
      host.print(
        "  note: trainer.fast_dev_run has no effect with trainer.lr_find: " +
          "trainer.lr_range.num_training=10 tries fewer rates",
      );
    }
    const model = await openModel(host, config, device, data.classes);
    await describeRun(host, config, folder, { device, data });
    host.print(`run     ${folder}`);
    const loss = makeLoss(config.loss, { device, ...lossContext(config, data) });
    const evaluation = openEvaluator(config, { device, model, loss, data });
    const parts = { device, data, model, loss, evaluation, log: new RunLog([]), resume: undefined };
    const options = await openFit(host, config, folder, { ...parts, callbacks: [] });
    const { lr_range: range } = config.trainer;
    const curve = await findRate(device, options, range);
    await writeCurve(host, config, folder, data, curve);
    for (const line of describeCurve(config, curve)) host.print(line);
    host.print(`wrote   ${[RATE_PLOT, CURVE, REPORT].join(", ")} into ${folder}`);
    return curve;
  } finally {
    device.close();
  }
}

/** Writes the curve as PNG and as JSON, and the report. */
async function writeCurve(
  host: Host,
  config: Config,
  folder: string,
  data: OpenData,
  curve: RateCurve,
): Promise<void> {
  const write = (name: string, text: string) =>
    host.writeAtomic(`${folder}/${name}`, new TextEncoder().encode(text));
  const { font, png } = await host.plotting([]);
  const title = `Learning rates of ${config.optimizer.name} for ${config.model.name}`;
  await host.writeAtomic(
    `${folder}/${RATE_PLOT}`,
    await png(ratePlot({ title, ...curve }, font), DOTS_PER_INCH),
  );
  await write(CURVE, JSON.stringify(curve, null, 2) + "\n");
  const counts = (name: Split) => classCounts(data.store(name).samples, data.classes.length);
  const samples = SPLITS.filter((name) => data.count(name) > 0).map((name) => ({
    name,
    counts: counts(name),
  }));
  const about: ReportData = {
    status: "lr_find",
    classes: data.classes,
    samples: countsOf(samples),
    checkpoints: [],
  };
  await write(REPORT_DATA, JSON.stringify(about) + "\n");
  await write(REPORT, await htmlReport(await readRun(runFiles(host, folder), host.now())));
}
