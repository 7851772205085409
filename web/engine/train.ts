/** A run in the page: the task `train` of the command line with the page as its host. */
import { ConfigError, InterruptedError } from "../../src/base/errors.ts";
import { treeBelow } from "../../src/data/files/joined_tree.ts";
import type { FileTree } from "../../src/data/types.ts";
import { type Config, load, quotedValue } from "../../src/config/mod.ts";
import { browserHost } from "../../src/host/browser_host.ts";
import type { Disk } from "../../src/host/memory_disk.ts";
import { runOnce } from "../../src/launch/run_once.ts";
import type { ConfiguredTask } from "../../src/launch/task.ts";
import type { Terminal } from "../../src/setup/host.ts";
import { findPlaces } from "../../src/setup/run_places.ts";
import { train as trainTask, type Watch } from "../../src/tasks/train.ts";
import type { TrainEnd, TrainNews, TrainOrder } from "../protocol/engine_calls.ts";
import { openSource } from "../worker/sources.ts";
import { ownConfig } from "./conf.ts";
import { newsFrom } from "./news.ts";
import type { Pace } from "./pace.ts";
import { progressTo } from "./progress.ts";
import { surveyAll, type SurveyParts } from "./survey.ts";

const PATCH = "patch.jsonl";

/** What a page adds: it has no threads, no disk and no fonts. */
const HERE = [
  "trainer=local",
  "data.num_workers=0",
  "data.cache=ram",
  "callbacks.confusion_matrix=null",
  "callbacks.training_history=null",
  "hydra.job.name=train",
];

/** What a run needs of its worker. */
export interface RunParts {
  readonly disk: Disk;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  readonly say: (news: TrainNews) => void;
  /** Takes what the network makes of all images, once it is trained; see {@link SurveyParts}. */
  readonly keep: SurveyParts["keep"];
}

/** The page has no place for the curve of a range test. @throws ConfigError */
function requireTraining({ trainer }: Config): void {
  if (!trainer.lr_find) return;
  throw new ConfigError(
    "Cannot look for a learning rate in the page, which only trains: give trainer.lr_find=true to deno task train",
  );
}

/** Trains as ordered; a run that was stopped goes on with `resume=auto` among the overrides. */
export async function train(
  order: TrainOrder,
  { disk, pace, signal, say, keep }: RunParts,
): Promise<TrainEnd> {
  const { source, choices, patch, overrides, folder } = order, checkpoints = `checkpoints/${folder}`;
  if (!overrides.includes("resume=auto")) {
    for (const path of [folder, checkpoints]) await disk.folderStore(path).remove("");
  }
  const whole = await openSource(source, (text) => say({ kind: "doing", text }));
  const tree: FileTree = choices.folder === undefined ? whole : treeBelow(whole, choices.folder);
  await disk.writeAtomic(PATCH, new TextEncoder().encode(patch));
  const host = browserHost({
    configFiles: ownConfig(),
    dataset: { path: tree.name, tree },
    disk,
    terminal: terminalOf(say),
    signal,
  });
  const task: ConfiguredTask = {
    name: "train",
    summary: "",
    check: requireTraining,
    places: findPlaces,
    async run(host, config, places) {
      const heard = { ...host, progress: progressTo((news) => say({ kind: "progress", ...news })) };
      const { progress } = heard, { image_size: imageSize } = config.data;
      const watch: Watch = (data, device) => [
        newsFrom(data, { pace, say }),
        ...(folder === "run" ? [surveyAll(data, { device, imageSize, progress, signal, keep })] : []),
      ];
      const { state } = await trainTask(heard, config, places, { watch });
      say({ kind: "memory", bytes: state.memory.peakBytes });
      return new Map();
    },
  };
  const places = [`hydra.run.dir=${folder}`, `checkpoint_dir=${checkpoints}`];
  const dataset = ["data=image_folder", ...HERE, ...places, `data.data_root=${quotedValue(tree.name)}`];
  const read = [
    ...(choices.layout === undefined ? [] : [`data.layout=${choices.layout}`]),
    `data.split.valid=${choices.holdOut}`,
    `data.split.test=${choices.holdOut}`,
    ...(patch === "" ? [] : [`data.patch=${PATCH}`]),
  ];
  const request = {
    sources: [{ provider: "main", files: host.configFiles }],
    root: "train",
    overrides: [...dataset, ...read, ...overrides],
    task: task.name,
  };
  try {
    await runOnce(host, task, load(request, host.configWorld));
    return { kind: "finished" };
  } catch (error) {
    if (error instanceof InterruptedError) return { kind: "stopped" };
    throw error;
  }
}

/** A terminal whose lines go to the page, as does its live line. */
function terminalOf(say: (news: TrainNews) => void): Terminal {
  return {
    isTerminal: true,
    columns: () => 100,
    print: (text) => say({ kind: "line", text }),
    overwrite: (text) => say({ kind: "doing", text: text.trim() }),
  };
}
