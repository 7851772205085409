import { assert, assertEquals } from "@std/assert";
import { e2eTest } from "../rings.ts";
import { cli, tiny, withFolder } from "./cli.ts";

/** A command that must fail: its exit code and what its one message says. */
interface Refusal {
  readonly name: string;
  readonly task?: string;
  /** Overrides; `{}` stands for the test's folder. */
  readonly args: readonly string[];
  readonly code: number;
  readonly says: readonly string[];
  /** Files to lay into the folder before; text, or undefined for a folder. */
  readonly files?: Readonly<Record<string, string | undefined>>;
  readonly env?: Record<string, string>;
}

const folder = [
  "data=image_folder",
  "data.data_root={}/data",
  "data.image_size=32",
  "hydra.run.dir={}/run",
];

const refusals: readonly Refusal[] = [
  {
    name: "an unknown task",
    task: "trian",
    args: [],
    code: 2,
    says: ['Cannot run "trian": no such task; did you mean train?'],
  },
  {
    name: "a mistyped override",
    args: ["trainer.max_epoch=2"],
    code: 2,
    says: ["trainer.max_epoch=2", "did you mean trainer.max_epochs?"],
  },
  {
    name: "a value out of range",
    args: ["optimizer.lr=-1", "data.batch_size=0"],
    code: 2,
    says: ["has 2 faults", "optimizer.lr=-1", "data.batch_size=0"],
  },
  { name: "an unknown model", args: ["model=resnet19"], code: 2, says: ["resnet19", "resnet18"] },
  {
    name: "image_folder without a root",
    args: ["data=image_folder"],
    code: 2,
    says: ["Cannot do without data.data_root", "conf/data/image_folder.yaml:"],
  },
  {
    name: "a random transform in evaluation",
    args: ["transforms.eval=[random_resized_crop]"],
    code: 2,
    says: ["random_resized_crop", "evaluation sees the same image"],
  },
  { name: "eval without weights", task: "eval", args: [], code: 2, says: ["add model.weights=PATH"] },
  { name: "a missing root", args: folder, code: 3, says: ["{}/data", "does not exist", "data.data_root="] },
  {
    name: "an empty root",
    args: folder,
    code: 3,
    says: ["is empty", "set data.data_root=<folder or archive>"],
    files: { data: undefined },
  },
  {
    name: "a class folder without images",
    args: folder,
    code: 3,
    says: ["train/b"],
    files: { "data/train/a/x.jpg": "x", "data/train/b": undefined },
  },
  {
    name: "images that cannot be read",
    args: [...folder, "data.holdout=0"],
    code: 3,
    says: ["2 of 2 files are unreadable", "train/a/x.jpg", "the file is empty"],
    files: { "data/train/a/x.jpg": "", "data/train/b/y.png": "<html>404</html>" },
  },
  {
    name: "an annotation line that is no JSON",
    args: folder,
    code: 3,
    says: ["train/annotations.jsonl", "2"],
    files: {
      "data/train/annotations.jsonl": '{"image": "x.jpg", "prefix": "", "suffix": "1"}\n{"image": ',
      "data/train/x.jpg": "x",
    },
  },
  {
    name: "annotation lines without labels",
    args: folder,
    code: 3,
    says: ["Cannot use the train split", "has no labelled images"],
    files: { "data/train/annotations.jsonl": '{"image": "x.jpg", "prefix": ""}', "data/train/x.jpg": "x" },
  },
  {
    name: "an image path that leaves the root",
    args: folder,
    code: 3,
    says: ["it has 0 images among 1 file"],
    files: { "data/train/annotations.jsonl": '{"image": "../../x.jpg", "prefix": "", "suffix": "1"}' },
  },
  {
    name: "weights that are not there",
    args: ["{tiny}", "model.weights={}/none.safetensors"],
    code: 3,
    says: ['Cannot open "{}/none.safetensors": it does not exist; check the path'],
  },
  {
    name: "weights that want to call something",
    args: ["{tiny}", "model.weights=tests/fixtures/parity/evil.pth"],
    code: 3,
    says: [
      'Cannot load tests/fixtures/parity/evil.pth: it wants to call "posix.system", but only tensors and plain data are read',
    ],
  },
  {
    name: "no adapter",
    args: ["{tiny}"],
    code: 4,
    says: ["no WebGPU adapter was found", "apt-get install mesa-vulkan-drivers"],
    env: { VK_ICD_FILENAMES: "/nonexistent.json", VK_DRIVER_FILES: "/nonexistent.json" },
  },
  {
    name: "gradients that are not finite",
    args: [
      "{tiny}",
      "optimizer.lr=1e30",
      "scheduler.warmup_epochs=0",
      "trainer.gradient_clip_val=null",
      "trainer.max_epochs=9",
    ],
    code: 5,
    says: ["the gradient of fc.", "is not finite at step", "checkpoint", "lower optimizer.lr"],
  },
];

for (const { name, task = "train", args, code, says, files = {}, env = {} } of refusals) {
  e2eTest(
    `${task} refuses ${name} with exit code ${code} and one message`,
    () =>
      withFolder(async (folder) => {
        for (const [path, text] of Object.entries(files)) {
          const full = `${folder}/${path}`;
          await Deno.mkdir(text === undefined ? full : full.slice(0, full.lastIndexOf("/")), {
            recursive: true,
          });
          if (text !== undefined) await Deno.writeTextFile(full, text);
        }
        const filled = args.flatMap((arg) => arg === "{tiny}" ? tiny(folder) : [arg.replace("{}", folder)]);
        const result = await cli(task, filled, env);
        assertEquals(result.code, code, result.error || result.out);
        for (const text of says) {
          const expected = text.replace("{}", folder);
          assert(result.error.includes(expected), `"${expected}" is not in:\n${result.error}`);
        }
        assert(!result.error.includes("\n    at "), `There is a stack in:\n${result.error}`);
      }),
  );
}
