import { assert, assertEquals } from "@std/assert";
import { rng } from "../../../src/base/rng.ts";
import { chooseRows, MISTAKES, SPREAD, spreadRows } from "../../../src/train/report/choose_pictures.ts";
import type { Predictions } from "../../../src/train/report/report_data.ts";

/** Random predictions of which a share is wrong, seen in another order than they have in the split. */
function predictions(samples: number, classes: number, wrong: number): Predictions {
  const stream = rng(3, samples, classes);
  const labels = Array.from({ length: samples }, () => stream.integer(classes));
  return {
    epoch: 0,
    step: 1,
    loss: 1,
    top1: 1 - wrong,
    top5: 1,
    ece: 0,
    auroc: [],
    indices: [...stream.permutation(samples)],
    labels,
    predicted: labels.map((label) => stream.uniform() < wrong ? (label + 1) % classes : label),
    confidence: labels.map(() => stream.uniform()),
  };
}

Deno.test("chooseRows() has samples from all over the split and the most confident mistakes, none twice, no more than asked", () => {
  const given = predictions(1501, 7, .4);
  const chosen = chooseRows(given, 203);
  assertEquals([chosen.length, new Set(chosen).size], [203, 203]);
  const { labels, predicted, confidence } = given;
  const spread = spreadRows(given);
  assertEquals(spread.length, SPREAD);
  const mistakes = labels.flatMap((label, row) => label === predicted[row] ? [] : [row])
    .sort((a, b) => confidence[b] - confidence[a]);
  for (const row of [...spread, ...mistakes.slice(0, MISTAKES)]) {
    assert(chosen.includes(row), `without ${row}`);
  }
});

Deno.test("chooseRows() has mistakes of every cell, 24 of one at the most, and right answers of every class", () => {
  const given = predictions(4001, 6, .5);
  const chosen = chooseRows(given, 1000);
  const cells = Map.groupBy(chosen, (row) => `${given.labels[row]} ${given.predicted[row]}`);
  assertEquals(cells.size, 12);
  for (const [cell, rows] of cells) assert(rows.length >= 24 && rows.length <= 24 + SPREAD + MISTAKES, cell);
});

Deno.test("chooseRows() keeps a quarter for right answers among many mistakes, and takes all of a few samples", () => {
  const given = predictions(3001, 50, .7);
  const right = chooseRows(given, 200).filter((row) => given.labels[row] === given.predicted[row]);
  assert(right.length >= 50, `${right.length} right answers`);
  assertEquals(chooseRows(predictions(9, 3, .5), 200).length, 9);
  assertEquals(chooseRows(given, 0), []);
});

Deno.test("spreadRows() takes as many of each class, from all over it, whatever the order", () => {
  for (
    const [samples, classes, count] of [[1501, 7, 16], [300, 12, 16], [90, 40, 16], [9, 4, 16], [50, 2, 5]]
  ) {
    const given = predictions(samples, classes, .3);
    const chosen = spreadRows(given, count), { labels, indices } = given;
    assertEquals([chosen.length, new Set(chosen).size], Array(2).fill(Math.min(count, samples)));
    const counts = [...Map.groupBy(chosen, (row) => labels[row]).values()].map(({ length }) => length);
    assertEquals(counts.length, Math.min(count, new Set(labels).size));
    if (samples > 5 * count) assert(Math.max(...counts) - Math.min(...counts) <= 1, counts.join());
    const order = rng(1, "order", samples).permutation(samples);
    const other = {
      labels: Array.from(order, (row) => labels[row]),
      indices: Array.from(order, (row) => indices[row]),
    };
    assertEquals(
      spreadRows(other, count).map((row) => other.indices[row]),
      chosen.map((row) => indices[row]),
    );
  }
});

Deno.test("spreadRows() is not the start of the split or of a class, and gives rare classes their share", () => {
  const labels = Array.from({ length: 1000 }, (_, i) => i < 990 ? 0 : 1), indices = [...labels.keys()];
  const chosen = spreadRows({ labels, indices }, 16);
  assertEquals(chosen.filter((row) => labels[row] === 1).length, 8);
  assertEquals(chosen.slice(0, 8), [61, 185, 309, 433, 556, 680, 804, 928]);
});
