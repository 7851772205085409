/**
 * An event file read by TensorBoard itself. Needs a Python with `tensorboard`; another interpreter than python3 is
 * named by $PYTHON.
 */
import { assertEquals } from "@std/assert";
import sharp from "sharp";
import { rng } from "../../../src/base/rng.ts";
import { readEvents } from "../../../src/formats/tfevents.ts";
import { hparams, tensorboard } from "../../../src/train/loggers/tensorboard.ts";
import { loggerContext, MemoryFiles } from "./memory_files.ts";
import { randomRun, row } from "./rows.ts";

const python = Deno.env.get("PYTHON") ?? "python3";
const canImport = await runs("import tensorboard.backend.event_processing.event_accumulator");
const reason = canImport ? "" : ` (ignored: ${python} cannot import tensorboard)`;
const PATH = "run/tensorboard/train/events.out.tfevents.0.wgrad";
const options = tensorboard.options.parse({});

const script = `
import sys, json
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2
a = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0, "tensors": 0})
a.Reload()
tags = a.Tags()
def hparams(tag):
    data = plugin_data_pb2.HParamsPluginData()
    data.ParseFromString(a.summary_metadata[tag].plugin_data.content)
    return data
start = hparams("_hparams_/session_start_info").session_start_info
def plain(value):
    return getattr(value, value.WhichOneof("kind"))
print(json.dumps({
    "scalars": {tag: [[e.step, e.value] for e in a.Scalars(tag)] for tag in tags["scalars"]},
    "images": {tag: [[e.step, e.width, e.height, len(e.encoded_image_string)] for e in a.Images(tag)] for tag in tags["images"]},
    "texts": {tag: [[e.step, e.tensor_proto.string_val[0].decode()] for e in a.Tensors(tag)]
              for tag in tags["tensors"] if a.summary_metadata[tag].plugin_data.plugin_name == "text"},
    "hparams": {name: plain(value) for name, value in start.hparams.items()},
    "group": start.group_name,
    "end": hparams("_hparams_/session_end_info").session_end_info.status,
}))
`;

/** Runs Python code; true if it ended well. */
async function runs(code: string): Promise<boolean> {
  try {
    return (await new Deno.Command(python, { args: ["-c", code], stdout: "null", stderr: "null" }).output())
      .success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test({
  name: `TensorBoard reads scalars, pictures, texts and hyperparameters${reason}`,
  ignore: !canImport,
  fn: async () => {
    const png = new Uint8Array(
      await sharp({ create: { width: 23, height: 17, channels: 3, background: "red" } }).png().toBuffer(),
    );
    const files = new MemoryFiles();
    const logger = tensorboard.make(options, loggerContext(files));
    await logger.start?.({
      seed: 42,
      optimizer: { lr: 5e-4, betas: [.9, .999] },
      gpu: "auto",
      resume: null,
      a: { b: true },
    });
    await logger.write(row(0, 3, { scalars: { "train/loss_step": .25 } }));
    await logger.write(row(0, 4, {
      scalars: { "val/loss": 1.5, "val/nothing": NaN },
      timings: { "time/images_per_second": 64 },
      images: { confusion_matrix: png },
      texts: { note: "**bold** 字" },
    }));
    await logger.write(row(0, 2 ** 33, { scalars: { "val/loss": -2 } }));
    await logger.finish?.("finished");

    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeFile(`${folder}/events.out.tfevents.0.wgrad`, files.all.get(PATH)!);
      const run = await new Deno.Command(python, { args: ["-c", script, folder] }).output();
      assertEquals(run.success, true, new TextDecoder().decode(run.stderr));
      const text = new TextDecoder().decode(run.stdout).replaceAll("NaN", "null");
      const { texts, ...read } = JSON.parse(text);
      assertEquals(read, {
        scalars: {
          "train/loss_step": [[3, .25]],
          "val/loss": [[4, 1.5], [2 ** 33, -2]],
          "val/nothing": [[4, null]],
          "time/images_per_second": [[4, 64]],
        },
        images: { confusion_matrix: [[4, 23, 17, png.length]] },
        hparams: {
          seed: 42,
          "optimizer.lr": 5e-4,
          "optimizer.betas": "[0.9,0.999]",
          gpu: "auto",
          "a.b": true,
        },
        group: "",
        end: 1,
      });
      assertEquals(texts.note, [[4, "**bold** 字"]]);
      assertEquals(texts.config[0][1].includes('"seed": 42'), true);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("a run that is killed anywhere and goes on leaves the same event file", async () => {
  const random = rng(3, "killed");
  const config = { seed: 42 };
  const rows = randomRun(random, 3);
  const whole = new MemoryFiles();
  const first = tensorboard.make(options, loggerContext(whole));
  await first.start?.(config);
  for (const one of rows) await first.write(one);
  await first.finish?.("finished");
  const file = whole.all.get(PATH)!;
  const events = [...readEvents(file)];
  assertEquals(events.length, 2 + rows.length + 1);

  for (let trial = 0; trial < 100; trial++) {
    const killed = new MemoryFiles();
    const cut = random.integer(file.length + 1);
    killed.all.set(PATH, file.slice(0, cut));
    const steps = events.filter(({ end }) => end <= cut).map(({ step }) => step);
    const step = steps[random.integer(Math.max(1, steps.length))] ?? 0;
    const again = tensorboard.make(options, loggerContext(killed));
    await again.truncateTo(step);
    await again.start?.(config);
    const after = rows.filter((one) => one.step > step || "test/loss" in one.scalars);
    for (const one of after) await again.write(one);
    await again.finish?.("finished");
    assertEquals(killed.all.get(PATH), file, `cut at ${cut}, going on after step ${step}`);
  }
});

Deno.test("runs that share save_dir are told apart", async () => {
  const files = new MemoryFiles();
  const shared = tensorboard.options.parse({ save_dir: "tb", name: "mine" });
  for (const folder of ["outputs/2026-05-31/14-03-59", "outputs/2026-05-31/14-04-00/"]) {
    await tensorboard.make(shared, { ...loggerContext(files), folder }).start?.({});
  }
  assertEquals([...files.all.keys()], [
    "tb/mine/2026-05-31_14-03-59/events.out.tfevents.0.wgrad",
    "tb/mine/2026-05-31_14-04-00/events.out.tfevents.0.wgrad",
  ]);
});

Deno.test("hparams() names the leaves of a configuration", () => {
  assertEquals(hparams({ a: { b: 1, c: null }, d: [1, "x"], e: false }), {
    "a.b": 1,
    d: '[1,"x"]',
    e: false,
  });
});
