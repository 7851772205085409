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
  const { labels, predicted, confidence, indices } = given;
  const spread = spreadRows(given), places = spread.map((row) => indices[row]);
  assertEquals(places.length, SPREAD);
  for (const [i, place] of places.entries()) assertEquals(Math.floor(place * SPREAD / 1501), i);
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
