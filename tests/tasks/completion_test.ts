import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../src/base/errors.ts";
import { denoConfigFiles } from "../../src/host/deno_config.ts";
import { complete, completion } from "../../src/tasks/completion.ts";

const host = { configFiles: denoConfigFiles(), program: "deno task" } as const;

const cases: [words: string[], found: string[]][] = [
  [["tr"], ["train"]],
  [["sy"], ["sync"]],
  [["train", "mod"], ["model=", "model."]],
  [["train", "model=resnet3"], ["model=resnet34"]],
  [["train", "sched"], ["scheduler=", "scheduler."]],
  [
    ["train", "scheduler="],
    host.configFiles.options("scheduler").map((name) => `scheduler=${name}`),
  ],
  [["train", "scheduler.name=m"], ["scheduler.name=multistep"]],
  [["train", "scheduler.s"], ["scheduler.start_factor="]],
  [["train", "scheduler=step", "scheduler.s"], ["scheduler.start_factor=", "scheduler.step_size="]],
  [
    ["train", "scheduler.name=multistep", "seed=x", "scheduler."],
    ["name", "interval", "warmup_epochs", "start_factor", "milestones", "gamma"].map((key) =>
      `scheduler.${key}=`
    ),
  ],
  [["train", "data=basketball_jersey_numbers", "data.s"], ["data.sampler.", "data.splits.", "data.split."]],
  [["train", "trainer.max"], ["trainer.max_epochs="]],
  [["train", "trainer.pre"], ["trainer.precision="]],
  [["train", "trainer.precision=3"], ["trainer.precision=32-true"]],
  [["train", "+callbacks.em"], ["+callbacks.ema=", "+callbacks.ema."]],
  [["train", "~callb"], ["~callbacks=", "~callbacks."]],
  [["train", "--cf"], ["--cfg"]],
  [["train", "--cfg", ""], ["job", "hydra", "all"]],
  [["train", "-cn", "train_j"], ["train_jersey_ocr_resnet18", "train_jersey_ocr_resnet18_local"]],
  [["train", "--resume", ""], []],
  [["parity", "x"], []],
  [["completion", "z"], ["zsh"]],
  [["predict", "--top"], ["--top-k"]],
  [["predict", "--gpu", "d"], ["dawn"]],
  [["export", "--h"], ["--help"]],
];
for (const [words, found] of cases) {
  Deno.test(`complete() goes on from ${words.join(" ")}`, () => assertEquals(complete(host, words), found));
}

Deno.test("completion prints a script for each shell, and refuses others", () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const lines: string[] = [];
    completion({ ...host, print: (line) => void lines.push(line) }, [shell]);
    assert(lines.join("\n").includes("deno task -q completion --"));
  }
  assertThrows(() => completion({ ...host, print: () => {} }, ["csh"]), ConfigError, "bash|zsh|fish");
});

Deno.test({
  name: "the bash script completes in bash",
  ignore: !await hasBash(),
  async fn() {
    const lines: string[] = [];
    completion({ ...host, print: (line) => void lines.push(line) }, ["bash"]);
    const script = `${lines.join("\n")}
      COMP_LINE="deno task train trainer.precision=1"; COMP_POINT=\${#COMP_LINE}
      _wgrad_complete; echo "\${COMPREPLY[@]}"
      COMP_LINE="deno task train tra"; COMP_POINT=\${#COMP_LINE}
      _wgrad_complete 2>/dev/null; echo "\${COMPREPLY[@]}"`;
    const bash = new Deno.Command("bash", {
      args: ["-c", script],
      cwd: new URL("../../", import.meta.url),
      stderr: "null",
      env: { PATH: `${Deno.execPath().replace(/\/[^/]*$/, "")}:${Deno.env.get("PATH")}` },
    });
    const { stdout } = await bash.output();
    assertEquals(new TextDecoder().decode(stdout).trim().split("\n"), [
      "16-mixed",
      "trainer= transforms= transforms. trainer.",
    ]);
  },
});

async function hasBash(): Promise<boolean> {
  try {
    return (await new Deno.Command("bash", { args: ["--version"], stdout: "null" }).output()).success;
  } catch {
    return false;
  }
}
