import { assert, assertEquals, assertRejects } from "@std/assert";
import { ConfigError, DataError, InterruptedError } from "../../src/base/errors.ts";
import type { Config } from "../../src/config/mod.ts";
import { launch } from "../../src/launch/launch.ts";
import type { ConfiguredTask } from "../../src/launch/task.ts";
import { type MemoryHost, memoryHost } from "./memory_host.ts";

const SWEEP = "outputs/multirun/2026-05-31/14-03-59";

/** A task that notes what it was run with; seed 13 fails, seed 99 is interrupted. */
function noting(): { task: ConfiguredTask; ran: { config: Config; folder: string }[]; failing: Set<number> } {
  const ran: { config: Config; folder: string }[] = [];
  const failing = new Set([13]);
  const task: ConfiguredTask = {
    name: "train",
    summary: "Notes",
    check: () => {},
    run(_, config, { folder }) {
      ran.push({ config, folder });
      if (failing.has(config.seed)) throw new DataError("Cannot read 13");
      if (config.seed === 99) throw new InterruptedError("The run was interrupted");
      return Promise.resolve(new Map([["test/acc_top1", config.seed / 100]]));
    },
  };
  return { task, ran, failing };
}

const table = ({ lines }: MemoryHost) =>
  lines.slice(lines.findIndex((line) => line.trimStart().startsWith("job  ")));

Deno.test("a run has its configuration, its log and its result in its folder", async () => {
  const memory = memoryHost(), { task, ran } = noting();
  assertEquals(await launch(memory.host, task, ["seed=5", "hydra.run.dir=runs/${seed}"]), 0);
  assertEquals(ran.map(({ folder }) => folder), ["runs/5"]);
  assertEquals([...memory.files.keys()].sort(), [
    "runs/5/.hydra/config.yaml",
    "runs/5/.hydra/hydra.yaml",
    "runs/5/.hydra/overrides.yaml",
    "runs/5/result.json",
  ]);
  assertEquals(memory.files.get("runs/5/.hydra/overrides.yaml"), "- seed=5\n");
  const result = JSON.parse(memory.files.get("runs/5/result.json")!);
  assertEquals([result.exit_code, result.error, result["test/acc_top1"]], [0, null, 0.05]);
});

Deno.test("a run can be repeated from its folder to the same configuration", async () => {
  const first = memoryHost(), { task, ran } = noting();
  await launch(first.host, task, [
    "seed=5",
    "experiment='07'",
    "+data.sampler.weights={10:2,2:1}",
    "hydra.run.dir=runs/a",
  ]);
  const config = first.files.get("runs/a/.hydra/config.yaml")!;
  const second = memoryHost({ "runs/a/.hydra": { "config.yaml": config } });
  await launch(second.host, task, ["--config-dir", "runs/a/.hydra", "--config-name", "config"]);
  assertEquals(ran[1].config, ran[0].config);
});

Deno.test("-m runs the product of all values, one after the other", async () => {
  const memory = memoryHost(), { task, ran } = noting();
  assertEquals(
    await launch(memory.host, task, ["-m", "model=resnet18,resnet34", "seed=range(1,3)", "gpu=auto"]),
    0,
  );
  assertEquals(ran.map(({ config, folder }) => [config.model.name, config.seed, folder]), [
    ["resnet18", 1, `${SWEEP}/0`],
    ["resnet18", 2, `${SWEEP}/1`],
    ["resnet34", 1, `${SWEEP}/2`],
    ["resnet34", 2, `${SWEEP}/3`],
  ]);
  assertEquals(table(memory), [
    "job  overrides              result  test/acc_top1   time",
    "  0  model=resnet18 seed=1  done           0.0100  0.0 s",
    "  1  model=resnet18 seed=2  done           0.0200  0.0 s",
    "  2  model=resnet34 seed=1  done           0.0100  0.0 s",
    "  3  model=resnet34 seed=2  done           0.0200  0.0 s",
    "",
    `sweep   ${SWEEP}: 4 done`,
    `        compare the runs with deno task report ${SWEEP}`,
  ]);
});

Deno.test("a failed job is listed and the others run; --resume runs the remaining jobs", async () => {
  const memory = memoryHost(), { task, ran, failing } = noting();
  const args = ["-m", "seed=12,13,14,-1", "trainer.max_epochs=2"];
  assertEquals(await launch(memory.host, task, args), 3);
  assertEquals(ran.map(({ config }) => config.seed), [12, 13, 14]);
  assertEquals(
    memory.lines[0],
    "note    job 3 will fail: Cannot use seed=-1 because it must be at least 0 (override seed=-1)",
  );
  assertEquals(table(memory).map((line) => line.replace(/ *\d+\.\d s$/, "")), [
    "job  overrides  result      test/acc_top1   time",
    "  0  seed=12    done               0.1200",
    "  1  seed=13    failed (3)",
    "  2  seed=14    done               0.1400",
    "  3  seed=-1    failed (2)",
    "",
    "job 1: DataError: Cannot read 13",
    "job 3: ConfigError: Cannot use seed=-1 because it must be at least 0 (override seed=-1)",
    `sweep   ${SWEEP}: 2 done, 2 failed`,
    `        run the remaining jobs with deno task train --resume ${SWEEP}`,
    `        compare the runs with deno task report ${SWEEP}`,
  ]);
  failing.clear();
  memory.lines.length = 0;
  assertEquals(await launch(memory.host, task, ["--resume", `${SWEEP}/`]), 2);
  assertEquals(ran.slice(3).map(({ config, folder }) => [config.seed, config.trainer.max_epochs, folder]), [
    [13, 2, `${SWEEP}/1`],
  ]);
  assertEquals([...memory.files.keys()].filter((path) => /\.\d\//.test(path)), []);
  assertEquals(table(memory).slice(1, 3).map((line) => line.replace(/ *\d+\.\d s$/, "")), [
    "  0  seed=12    done               0.1200",
    "  1  seed=13    done               0.1300",
  ]);
});

Deno.test("--job runs one job, which --resume then counts as done", async () => {
  const memory = memoryHost(), { task, ran } = noting();
  const args = ["-m", "seed=1,2,3", "hydra.sweep.dir=shared"];
  assertEquals(await launch(memory.host, task, [...args, "--job", "2"]), 0);
  assertEquals(await launch(memory.host, task, [...args, "--job=0"]), 0);
  assertEquals(ran.map(({ config, folder }) => [config.seed, folder]), [[3, "shared/2"], [1, "shared/0"]]);
  assertEquals(await launch(memory.host, task, ["--resume", "shared"]), 0);
  assertEquals(ran.slice(2).map(({ config }) => config.seed), [2]);
  await assertRejects(
    () => launch(memory.host, task, [...args, "--job", "3"]),
    ConfigError,
    "jobs are 0 to 2",
  );
});

Deno.test("a sweep leaves out the job that another process runs", async () => {
  const memory = memoryHost(), { task, ran } = noting();
  memory.locks.set("shared/1/.run", "process 7 on vm, which runs in shared/1");
  assertEquals(await launch(memory.host, task, ["-m", "seed=1,2,3", "hydra.sweep.dir=shared"]), 0);
  assertEquals(ran.map(({ config }) => config.seed), [1, 3]);
  assert(
    memory.lines.includes(
      "skipped Cannot run the job of shared/1: it belongs to process 7 on vm, which runs in shared/1",
    ),
    memory.lines.join("\n"),
  );
  assert(table(memory).includes("sweep   shared: 2 done, 1 not run"));
  assertEquals([...memory.locks.keys()], ["shared/1/.run"]);
});

Deno.test("a sweep's table has the jobs that another process has done meanwhile", async () => {
  const memory = memoryHost(), { task, ran } = noting();
  memory.locks.set("shared/1/.run", "process 7 on vm, which runs in shared/1");
  const run: ConfiguredTask["run"] = (host, config, ...rest) => {
    if (config.seed === 3) memory.files.set("shared/1/result.json", `{"exit_code": 0, "test/acc_top1": 0.5}`);
    return task.run(host, config, ...rest);
  };
  assertEquals(
    await launch(memory.host, { ...task, run }, ["-m", "seed=1,2,3", "hydra.sweep.dir=shared"]),
    0,
  );
  assertEquals(ran.map(({ config }) => config.seed), [1, 3]);
  assert(table(memory).includes("sweep   shared: 3 done"), table(memory).join("\n"));
});

Deno.test("a folder with a sweep takes no other one", async () => {
  const memory = memoryHost(), { task, ran } = noting();
  await launch(memory.host, task, ["-m", "seed=1,2", "hydra.sweep.dir=shared"]);
  await launch(memory.host, task, ["-m", "seed=1,2", "hydra.sweep.dir=shared", "--job", "0"]);
  await assertRejects(
    () => launch(memory.host, task, ["-m", "seed=3,4", "hydra.sweep.dir=shared"]),
    ConfigError,
    "Cannot start the sweep: shared has one with other jobs; give another hydra.sweep.dir, or run the rest",
  );
  assertEquals(ran.map(({ config }) => config.seed), [1, 2]);
});

Deno.test("--print-jobs prints a plain command line for each job, which does what the sweep would do", async () => {
  const memory = memoryHost({ more: {} }), { task, ran } = noting();
  const args = [
    "-m",
    "--config-dir",
    "more",
    "seed=1,2",
    "experiment='a b',c",
    "~callbacks.progress",
    "hydra.sweep.dir='my sweeps'",
  ];
  await launch(memory.host, task, [...args, "--print-jobs"]);
  assertEquals(
    memory.lines[0],
    "deno task train --config-dir more seed=1 'experiment='\\''a b'\\''' '~callbacks.progress' " +
      "hydra.sweep.dir='my sweeps' 'hydra.run.dir=my sweeps/0' hydra.job.num=0".replace(
        "hydra.sweep.dir='my sweeps'",
        "'hydra.sweep.dir='\\''my sweeps'\\'''",
      ),
  );
  assertEquals([memory.lines.length, ran.length, memory.files.size], [4, 0, 0]);
  const words = unquote(memory.lines[3]).slice(3);
  await launch(memory.host, task, words);
  assertEquals(ran.map(({ config, folder }) => [config.seed, config.experiment, folder]), [[
    2,
    "c",
    "my sweeps/3",
  ]]);
});

/** What a shell makes of a line of words in single quotes. */
function unquote(line: string): string[] {
  return (line.match(/(?:[^\s'\\]|\\.|'[^']*')+/g) ?? []).map((word) =>
    word.replace(/\\(.)|'([^']*)'/g, "$1$2")
  );
}

Deno.test("an interruption ends a sweep, and what did not run is missing", async () => {
  const memory = memoryHost(), { task, ran } = noting();
  await assertRejects(() => launch(memory.host, task, ["-m", "seed=1,99,2"]), InterruptedError);
  assertEquals(ran.map(({ config }) => config.seed), [1, 99]);
  assert(table(memory).includes(`sweep   ${SWEEP}: 1 done, 2 not run`), table(memory).join("\n"));
});

const refused: [args: string[], message: string][] = [
  [["seed=1,2"], "add -m for a run with each value"],
  [["-m", "sed=1,2"], "did you mean seed?"],
  [["-m", "hydra.run.dir=choice(a,b)"], "Cannot sweep over hydra.run.dir"],
  [["--resume", "nowhere"], "it has no multirun.yaml"],
  [["--resume", "nowhere", "seed=1"], "leave out seed=1"],
  [["--job", "1", "seed=1"], "jobs are 0 to 0"],
  [["--jobs", "1"], "did you mean --job?"],
  [["--cfg", "jobs"], "did you mean job?"],
  [["--cfg"], "Cannot use --cfg without a value: write --cfg job|hydra|all"],
  [["--resolve=yes"], "--resolve takes no value"],
];
for (const [args, message] of refused) {
  Deno.test(`launch() refuses ${args.join(" ")}`, async () => {
    await assertRejects(() => launch(memoryHost().host, noting().task, args), ConfigError, message);
  });
}
