import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { DataError } from "../../../src/base/errors.ts";
import { changeOf, differenceOf } from "../../../src/plots/report/page/compared_matrices.js";
import { bestOf } from "../../../src/plots/report/page/compared_runs.js";
import { differingKeys, readComparison } from "../../../src/train/report/read_comparison.ts";
import { runNames } from "../../../src/train/report/run_names.ts";
import { runsBelow } from "../../../src/train/report/runs_below.ts";
import { runTexts, sweepTexts, textTree } from "./sample_comparison.ts";

const now = new Date(0);
const sweep = { runs: 5, classes: ["a", "b", "c"], samples: 60, epochs: 4 };

/** Files below a folder. */
function below(folder: string, texts: ReadonlyMap<string, string>): [string, string][] {
  return [...texts].map(([path, text]) => [`${folder}/${path}`, text]);
}

Deno.test("readComparison() has the figures of each run, computed here from its logs", async () => {
  const texts = sweepTexts(sweep);
  const { runs, figures } = await readComparison([textTree("s", texts)], { now });
  const values = new Map(figures.map(({ name, values }) => [name, values]));
  assertEquals(runs.length, 5);
  for (let run = 0; run < 5; run++) {
    const lines = texts.get(`${run}/metrics.jsonl`)!.trim().split("\n").map((line) => JSON.parse(line));
    const losses: number[] = lines.filter((row) => "val/loss" in row).map((row) => row["val/loss"]);
    assertEquals(values.get("Best val loss")![run], losses.toSorted((a, b) => a - b)[0]);
    assertEquals(values.get("Last val loss")![run], losses[3]);
    const { test } = JSON.parse(texts.get(`${run}/report.json`)!);
    assertAlmostEquals(values.get("Test top-1")![run]!, test.top1, 1e-12);
    assertEquals(values.get("Epochs")![run], 4);
    assertEquals(values.get("Epoch time")![run], 20 + run);
  }
  assert(!values.has("Best val macro AUROC"), "nothing was logged for it");
});

Deno.test("readComparison() lists what failed, was killed, or never ran, each with its reason", async () => {
  const texts = sweepTexts(sweep);
  texts.delete("1/result.json");
  texts.set("1/report.json", texts.get("1/report.json")!.replace('"finished"', '"running"'));
  texts.set("2/report.json", texts.get("2/report.json")!.replace('"finished"', '"interrupted"'));
  const { runs, unfinished } = await readComparison([textTree("s", texts)], { now });
  assertEquals(runs.map(({ short }) => short), ["0", "1", "2", "3", "4"]);
  assertEquals(unfinished.map(({ folder, reason }) => [folder, reason]), [
    ["1", "After 4 of 4 epochs, without a result: it was killed, or is still running"],
    ["2", "Interrupted after 4 of 4 epochs"],
    [
      "5",
      'Ended with exit code 3: MissingError: Cannot open "none.safetensors": it does not exist; check the path',
    ],
    ["6", "Not run"],
  ]);
});

Deno.test("readComparison() takes several folders, and links to their reports from where it will be", async () => {
  const trees = [3, 4].map((run) => textTree(`outputs/day/${run}`, runTexts(run, sweep)));
  const { runs, title } = await readComparison(trees, { now, from: "outputs/other" });
  assertEquals(title, "outputs/day/3, outputs/day/4");
  assertEquals(runs.map(({ name, own, href }) => [name, own, href]), [
    ["outputs/day/3", "optimizer.lr=1e-4 seed=0", "../day/3/report.html"],
    ["outputs/day/4", "optimizer.lr=1e-3 seed=1", "../day/4/report.html"],
  ]);
  await assertRejects(() => readComparison([textTree("x", new Map())], { now }), DataError, "there are none");
  const damaged = textTree("x", new Map([["a/run.json", "{"]]));
  await assertRejects(() => readComparison([damaged], { now }), DataError, 'Cannot read "x/a/run.json"');
});

Deno.test("runsBelow() finds runs at any depth, and of a job's attempts the newest", async () => {
  const plan = "hydra: {sweep: {subdir: '${hydra.job.num}'}, runtime: {jobs: [[a=1], [a=2], [a=3]]}}";
  const texts = new Map([
    ["day/1/run.json", "{}"],
    ["day/1.1/run.json", "{}"], // no sweep: not an attempt
    ["deep/down/sweep/multirun.yaml", plan],
    ...["0", "0.1", "0.2", "1"].map((
      job,
    ): [string, string] => [`deep/down/sweep/${job}/.hydra/overrides.yaml`, ""]),
    ["named/multirun.yaml", "hydra: {sweep: {subdir: 'x'}, runtime: {jobs: [[a=1]]}}"],
    ["named/lr=0.1/run.json", "{}"],
    ["named/lr=0.2/run.json", "{}"],
    ["named/lr=0.2.1/run.json", "{}"],
    ["data/result.json", "{}"],
  ]);
  const { runs, missing } = await runsBelow(textTree("all", texts));
  assertEquals(runs.map(({ folder, sweep }) => [folder, sweep]), [
    ["day/1", undefined],
    ["day/1.1", undefined],
    ["deep/down/sweep/0.2", "deep/down/sweep"],
    ["deep/down/sweep/1", "deep/down/sweep"],
    ["named/lr=0.1", "named"],
    ["named/lr=0.2.1", "named"],
  ]);
  assertEquals(missing, [{ folder: "deep/down/sweep/2", overrides: ["a=3"], sweep: "deep/down/sweep" }]);
});

Deno.test("runNames() calls jobs of one sweep by their overrides, others by their folders", () => {
  const run = (folder: string, own: string, sweep?: string) => ({
    folder,
    overrides: ["same=1", own],
    sweep,
  });
  const jobs = [run("0", "lr=1", ""), run("1", "lr=2", "")];
  assertEquals(runNames(jobs).map(({ name, short }) => [name, short]), [["lr=1", "0"], ["lr=2", "1"]]);
  const twins = [run("0", "lr=1", ""), run("1", "lr=1", "")];
  assertEquals(runNames(twins).map(({ name }) => name), ["0", "1"]);
  const others = [run("2026-11-20/12-00-00", "lr=1"), run("2026-11-21/12-00-00", "lr=2")];
  assertEquals(runNames(others).map(({ name, short, own }) => [name, short, own]), [
    ["2026-11-20/12-00-00", "1", "lr=1"],
    ["2026-11-21/12-00-00", "2", "lr=2"],
  ]);
  assertEquals(runNames([run("", "lr=1")])[0].name, ".");
});

Deno.test("the curves of a comparison have a chart for each metric, with a line for each run that logged it", async () => {
  const texts = new Map([...below("a", runTexts(0, sweep)), ...below("b", runTexts(1, sweep))]);
  const rows = texts.get("b/metrics.jsonl")!.trim().split("\n").map((line) => JSON.parse(line));
  const more = rows.map((row, i) =>
    JSON.stringify({ ...row, "my/own": i, "lr-SGD": 1, "lr-AdamW": undefined })
  );
  texts.set("b/metrics.jsonl", more.join("\n") + "\n");
  const { curves } = await readComparison([textTree("s", texts)], { now });
  assertEquals(curves.map(({ title, series }) => [title, series.map(({ label }) => label).join()]), [
    ["Validation loss", "0,1"],
    ["Validation top-1", "0,1"],
    ["Validation macro F1", "0,1"],
    ["Training loss", "0,1"],
    ["Training top-1", "0,1"],
    ["Learning rate", "0,1"],
    ["Throughput", "0,1"],
    ["my/own", "1"],
  ]);
  assertEquals(curves[0].series[1].x, [0, 1, 2, 3]);
});

Deno.test("differingKeys() has the keys that are not the same in all runs, against each pair of runs", () => {
  const stream = rng(3, "keys");
  for (let round = 0; round < 50; round++) {
    const configs = Array.from(
      { length: 1 + stream.integer(5) },
      () =>
        Array.from({ length: 6 }, (_, key): [string, string] => [`k${key}`, String(stream.integer(2))])
          .filter(() => stream.uniform() < .9),
    );
    const value = (run: number, key: string) => configs[run].find(([name]) => name === key)?.[1] ?? null;
    const expected = ["k0", "k1", "k2", "k3", "k4", "k5"].filter((key) =>
      configs.some((_, a) => configs.some((_, b) => value(a, key) !== value(b, key)))
    );
    const found = differingKeys(configs);
    assertEquals(found.map(({ key }) => key).sort(), expected);
    for (const { key, values } of found) assertEquals(values, configs.map((_, run) => value(run, key)));
  }
});

Deno.test("the confusion difference matches classes by name, against counts sample by sample", () => {
  const stream = rng(4, "difference"), names = ["a", "b", "c", "d", "e", "f"];
  for (let round = 0; round < 60; round++) {
    const side = () => {
      const classes = names.filter(() => stream.uniform() < .8).sort(() => stream.uniform() - .5);
      const count = Math.max(1, classes.length);
      const samples = classes.length === 0
        ? []
        : Array.from({ length: 40 }, () => [stream.integer(count), stream.integer(count)]);
      const cells = classes.flatMap((_, t) =>
        classes.map((_, p) => [t, p, samples.filter(([truth, to]) => truth === t && to === p).length])
      ).filter(([, , count]) => count > 0);
      return { classes, samples: samples.map((pair) => pair.map((i) => classes[i])), cells };
    };
    const before = side(), after = side();
    const found = differenceOf(before, after);
    assertEquals(
      found.classes.toSorted(),
      names.filter((name) => before.classes.includes(name) && after.classes.includes(name)),
    );
    assertEquals(found.before.only, before.classes.filter((name) => !after.classes.includes(name)));
    for (const [t, truth] of found.classes.entries()) {
      for (const [p, predicted] of found.classes.entries()) {
        const counts = [before, after].map(({ samples }) =>
          samples.filter((pair) => pair[0] === truth && pair[1] === predicted).length
        );
        const support = [before, after].map(({ samples }) => samples.filter(([of]) => of === truth).length);
        assertEquals(changeOf(found, t, p, "count"), counts[1] - counts[0]);
        const share = (i: number) => support[i] === 0 ? 0 : counts[i] / support[i];
        assertAlmostEquals(changeOf(found, t, p, "share"), share(1) - share(0), 1e-12);
      }
    }
    const left = before.samples.filter((pair) => pair.some((name) => !found.classes.includes(name))).length;
    assertEquals(found.before.left, left);
  }
});

Deno.test("bestOf() marks all that are best, and none where all are the same", () => {
  assertEquals([...bestOf([2, null, 1, 1], "min")], [2, 3]);
  assertEquals([...bestOf([2, null, 1], "max")], [0]);
  assertEquals([...bestOf([2, 2, null], "max")], []);
  assertEquals([...bestOf([null], "max")], []);
  assertEquals([...bestOf([1, 2], undefined)], []);
});
