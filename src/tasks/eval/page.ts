/** The page of an evaluation, made like that of a run from files in its folder, so that `report` makes it again. */
import { htmlReport } from "../../plots/report/html_report.ts";
import type { Host } from "../../setup/host.ts";
import { runFiles } from "../../setup/run_files.ts";
import { REPORT } from "../../train/callbacks/report.ts";
import { readRun } from "../../train/report/read_run.ts";
import {
  type PictureFile,
  predictionsOf,
  REPORT_DATA,
  REPORT_PICTURES,
  type ReportData,
} from "../../train/report/report_data.ts";
import { MOST_PICTURES, type PictureSources, reportPictures } from "../../train/report/report_pictures.ts";
import type { Tested } from "./report.ts";

/** The files of an evaluation's report. */
export interface EvaluationFiles {
  readonly data: ReportData;
  readonly pictures: PictureFile;
}

/** Gathers them while the dataset is open. */
export async function evaluationFiles(
  { classes, tally, outputs, calibration }: Tested,
  sources: PictureSources,
): Promise<EvaluationFiles> {
  const test = predictionsOf(outputs, classes.length, tally, { calibration });
  const counts = classes.map(() => 0);
  for (const label of outputs.labels) counts[label]++;
  return {
    data: {
      status: "evaluated",
      classes,
      samples: [{ name: "test", counts }],
      checkpoints: [],
      calibration,
      test,
    },
    pictures: { test: await reportPictures(sources, ["test", test], MOST_PICTURES) },
  };
}

/** Writes them and the page, from everything in the folder. */
export async function writeEvaluation(
  host: Host,
  folder: string,
  { data, pictures }: EvaluationFiles,
): Promise<void> {
  const write = (name: string, text: string) =>
    host.writeAtomic(`${folder}/${name}`, new TextEncoder().encode(text));
  await write(REPORT_DATA, JSON.stringify(data) + "\n");
  await write(REPORT_PICTURES, JSON.stringify(pictures) + "\n");
  await write(REPORT, await htmlReport(await readRun(runFiles(host, folder), host.now())));
}
