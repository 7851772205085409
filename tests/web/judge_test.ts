/** What the page says of a batch that was to be learnt by heart. */
import { assertEquals, assertMatch } from "@std/assert";
import { isDecided, judge, type Trial } from "../../web/state/judge.ts";
import type { Row } from "../../web/protocol/calls.ts";

const row = (id: number): Row => ({ id, path: `${id}.jpg`, split: "train", className: "a", findings: [] });
const trial = (losses: number[], right: number, more: Partial<Trial> = {}): Trial => ({
  steps: losses.map((loss) => ({ loss, top1: right / 16 })),
  hasDiverged: false,
  rate: 1e-3,
  batch: { images: Array.from({ length: 16 }, (_, id) => row(id)), contradictions: [] },
  ...more,
});

const cases: [what: string, trial: Trial, kind: string, reason: RegExp][] = [
  ["all right", trial([1.6, 0.5, 0.02], 16), "learns", /After 3 steps all 16 images/],
  ["a loss that rose", trial([1.6, 4, 9.25], 3), "diverges", /rose to 9\.25 \(it was 1\.60.*Try 0\.0001\./],
  ["a loss that rose far and fell", trial([1.6, 700, 0.2], 16), "diverges", /rose to 700\.00/],
  ["a loss that is no number", trial([1.6], 3, { hasDiverged: true }), "diverges", /no longer a number/],
  ["no step before that", trial([], 0, { hasDiverged: true, rate: 10 }), "diverges", /Try 1\./],
  [
    "two labels",
    trial([1.6, 0.4], 14, { batch: { images: trial([], 0).batch.images, contradictions: [3, 4] } }),
    "contradictory",
    /14 of 16 images were learnt/,
  ],
  ["something learnt", trial([1.6, 0.9], 11), "slow", /11 of 16 images after 2 steps.*rate of 0\.003/],
  ["nothing learnt", trial([1.6, 1.62, 1.59], 4), "stuck", /stays at 1\.59.*try 0\.01/],
];

for (const [what, given, kind, reason] of cases) {
  Deno.test(`judge() says of ${what} that it ${kind}`, () => {
    const found = judge(given);
    assertEquals(found.kind, kind);
    assertMatch(found.reason, reason);
  });
}

Deno.test("isDecided() is true once all that can be learnt is, and stays so", () => {
  const contradictory = { images: trial([], 0).batch.images, contradictions: [3, 4, 7, 8] };
  const losses = [1.6, ...Array(8).fill(0.4)];
  assertEquals(isDecided(trial([1.6, 0.05, 0.05], 16)), true);
  assertEquals(isDecided(trial([1.6, 0.4, 0.3], 16)), false);
  assertEquals(isDecided(trial([1.6, 700], 3)), true);
  assertEquals(isDecided(trial(losses, 14)), false);
  assertEquals(isDecided(trial(losses, 14, { batch: contradictory })), true);
  assertEquals(isDecided(trial(losses.slice(0, 7), 14, { batch: contradictory })), false);
  assertEquals(isDecided(trial(losses, 12, { batch: contradictory })), false);
  assertEquals(isDecided({ steps: [], batch: undefined }), false);
});
