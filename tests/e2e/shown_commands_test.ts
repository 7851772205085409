/**
 * README.md's commands run as it shows them, and those of docs/ compose: with small inputs for its placeholders, and
 * overrides behind them that make a training short.
 */
import { zipSync } from "fflate";
import { assert, assertEquals } from "@std/assert";
import { e2eTest } from "../rings.ts";
import { docPages, inBash, type Shown, shownCommands } from "./shown_commands.ts";
import { withFolder } from "./cli.ts";

/** What runs elsewhere: .ci/run is setup.sh and what `deno task ok` does, and runs this test. */
const ELSEWHERE = [/^\.\/setup\.sh/, /^deno task ok$/];
const isElsewhere = (command: string) => ELSEWHERE.some((pattern) => pattern.test(command));

/** Overrides behind each training: its files in `folder`, and small pictures. */
const small = (folder: string) =>
  [
    "model=resnet18",
    "data.image_size=32",
    "data.batch_size=16",
    "trainer.tune_kernels=false",
    `checkpoint_dir=${folder}/checkpoints`,
    `hydra.run.dir=${folder}/run`,
    `hydra.sweep.dir=${folder}/sweep`,
  ].join(" ");

const drawn = (folder: string) =>
  `data.data_root=${folder}/data data.synthetic.classes='["1","23"]' data.synthetic.size=32 ` +
  "data.synthetic.train=32 data.synthetic.valid=8 data.synthetic.test=8 trainer.max_epochs=1";

/** The command with what stands in a folder for its placeholders, and with what makes it short. */
function filled(command: string, folder: string): string {
  const withInputs = command
    .replaceAll(/\bPATH\b|\bphotos\.zip\b/g, `${folder}/data`)
    .replaceAll(/\bCHECKPOINT\b/g, `${folder}/checkpoints/train/last.safetensors`)
    .replaceAll(/(?<= )(photos\/|shot\.jpg|more\.zip)/g, `${folder}/$1`);
  if (command.includes("--help")) return withInputs;
  if (/^deno task train/.test(command)) {
    const rest = command.includes("PATH") ? "trainer.fast_dev_run=true" : drawn(folder);
    return `${withInputs} ${small(folder)} ${rest}`;
  }
  return /^deno task eval/.test(command) ? `${withInputs} hydra.run.dir=${folder}/eval` : withInputs;
}

/** A command that serves until it is interrupted: asked to end once it has printed its address. */
function untilItServes(command: string, folder: string): string {
  const output = `${folder}/served.txt`;
  return `${command} > ${output} & task=$!
    until grep -q http://127.0.0.1 ${output}; do kill -0 $task || exit 1; sleep 0.2; done
    kill -INT $task; wait $task; code=$?; cat ${output}; [ $code = 0 ] || [ $code = 130 ]`;
}

/** Pictures for predict, taken from the dataset that the first training draws. */
async function layOutPictures(folder: string): Promise<void> {
  const [first] = [...Deno.readDirSync(`${folder}/data/test`)].filter(({ name }) => name.endsWith(".jpg"));
  const bytes = await Deno.readFile(`${folder}/data/test/${first.name}`);
  await Deno.mkdir(`${folder}/photos`);
  for (const name of ["photos/a.jpg", "shot.jpg"]) await Deno.writeFile(`${folder}/${name}`, bytes);
  await Deno.writeFile(`${folder}/more.zip`, zipSync({ "b.jpg": bytes }));
}

/** Weights where torchvision keeps its own, so that model.weights=DEFAULT finds them without a network. */
async function layOutWeights(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/torch/hub/checkpoints`, { recursive: true });
  const path = `${folder}/checkpoints/train/last.safetensors`;
  await Deno.copyFile(path, `${folder}/torch/hub/checkpoints/resnet18-f37072fd.pth`);
}

e2eTest("README.md's commands run, in its order", () =>
  withFolder(async (folder) => {
    const commands = shownCommands("README.md").map(({ command }) => command);
    assert(commands.length >= 12, commands.join("\n"));
    assertEquals(commands.find((command) => !isElsewhere(command)), "deno task train");
    for (const command of commands.filter((command) => !isElsewhere(command))) {
      const given = filled(command, folder);
      const line = /^deno task page PATH/.test(command) ? untilItServes(given, folder) : given;
      const { code, out, error } = await inBash(line, { TORCH_HOME: `${folder}/torch` });
      assertEquals(code, 0, `${command}\n${line}\n${out}\n${error}`);
      if (command !== "deno task train") continue;
      await layOutPictures(folder);
      await layOutWeights(folder);
    }
  }));

/** A training of docs/ whose configuration is shown in place of running it. */
function composed({ command }: Shown): string | undefined {
  if (!/deno task train /.test(command) || /\.\.\. |\[flags\]|--resume|DIR\b|RUN\b|outputs\//.test(command)) {
    return undefined;
  }
  if (/--(help|cfg|info)\b/.test(command)) return command;
  return `${command.replace(/^mpirun -n \d+ /, "").replace(/(?<=train )PATH\b/, "conf")} ${
    / -m /.test(command) ? "--print-jobs" : "--cfg job"
  }`;
}

e2eTest("the trainings that docs/ shows compose", async () => {
  const lines = docPages().flatMap(shownCommands).flatMap((shown) => composed(shown) ?? []);
  assert(lines.length >= 15, lines.join("\n"));
  for (const line of lines) {
    const { code, out, error } = await inBash(line, {});
    assertEquals(code, 0, `${line}\n${out}\n${error}`);
  }
});
