import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type ChosenSchedule,
  makeSchedule,
  type ScheduleName,
  schedules,
} from "../../src/optim/schedules/mod.ts";
import { referenceTest } from "../reference/folder.ts";

interface Run {
  kind: ScheduleName;
  lr: number;
  max_epochs?: number;
  lrs: number[];
  /** The metric of each epoch. */
  values?: number[];
  [option: string]: unknown;
}

function assertRates({ kind, lr, max_epochs, lrs, values = [], ...options }: Run): void {
  const rate = makeSchedule({ ...options, name: kind }, { lr, total: max_epochs ?? lrs.length });
  for (const [epoch, expected] of lrs.entries()) {
    const actual = rate({ epoch, history: () => values.slice(0, epoch) });
    const error = Math.abs(actual - expected) / (expected || lr);
    assert(error <= 1e-9, `${kind}: epoch ${epoch}: ${actual} is not ${expected}`);
  }
}

referenceTest("makeSchedule() gives PyTorch's rates", "schedules.json", (folder) => {
  const { runs } = folder.json<{ runs: Run[] }>("schedules.json");
  for (const run of runs) assertRates(run);
});

Deno.test("warmup_cosine gives PyTorch 2.15's rates for warm-up 0 and 1 and one as long as the run or longer", () => {
  const cosine = (warmup_epochs: number, max_epochs: number, lrs: number[]): Run => {
    return { kind: "warmup_cosine", lr: 1, warmup_epochs, max_epochs, lrs };
  };
  const last = 0.05 + 0.475 * (1 - Math.sqrt(3) / 2);
  assertRates(cosine(0, 6, [1, 1 - (last - 0.05), 0.7625, 0.525, 0.2875, last]));
  assertRates(cosine(1, 4, [1e-3, 1, 0.7625, 0.2875, 0.05]));
  assertRates(cosine(5, 5, [0.001, 0.2008, 0.4006, 0.6004, 0.8002, 1, 0.05]));
  assertRates(cosine(8, 5, [0.001, 0.125875, 0.25075, 0.375625, 0.5005]));
});

Deno.test("warmup_cosine takes fractions of an epoch and is continuous at the end of its warm-up", () => {
  const schedule = makeSchedule({ name: "warmup_cosine", warmup_epochs: 0.5 }, { lr: 2, total: 6 });
  const rate = (epoch: number) => schedule({ epoch });
  assertEquals(rate(0.25), 2 * (1e-3 + (1 - 1e-3) / 2));
  assert(Math.abs(rate(0.5 - 1e-9) - 2) < 1e-7);
  assertEquals(rate(0.5), 2);
  assert(Math.abs(rate(6) - 0.1) < 1e-15);
});

Deno.test("constant, step and multistep hold their rate between the cuts", () => {
  const span = { lr: 0.1, total: 10 };
  const rates = (chosen: ChosenSchedule, epochs: number[]) => {
    const schedule = makeSchedule(chosen, span);
    return epochs.map((epoch) => schedule({ epoch }));
  };
  assertEquals(rates({ name: "constant" }, [0, 7.5]), [0.1, 0.1]);
  assertEquals(rates({ name: "step", step_size: 3, gamma: 0.5 }, [0, 2.99, 3, 8.5]), [0.1, 0.1, 0.05, 0.025]);
  const multistep = { name: "multistep", milestones: [5, 2, 5], gamma: 0.5 } as const;
  assertEquals(rates(multistep, [1.9, 2, 4, 5]), [0.1, 0.05, 0.05, 0.0125]);
});

Deno.test("one_cycle reaches its rates in steps where the rate changes every step", () => {
  const byStep = makeSchedule({ name: "one_cycle" }, { lr: 0.3, total: 4, interval: 1 / 25 });
  const byEpoch = makeSchedule({ name: "one_cycle" }, { lr: 0.3, total: 100 });
  for (let step = 0; step < 100; step++) {
    assertAlmostEquals(byStep({ epoch: step / 25 }), byEpoch({ epoch: step }), 1e-12);
  }
  assertAlmostEquals(byStep({ epoch: 99 / 25 }), 0.3 / 25 / 1e4, 1e-15);
});

Deno.test("every schedule warms up to its first rate, and starts behind the warm-up", () => {
  for (const name of Object.keys(schedules) as ScheduleName[]) {
    const plain = makeSchedule({ name, warmup_epochs: 0 }, { lr: 0.2, total: 20 });
    const behind = makeSchedule({ name, warmup_epochs: 4, start_factor: 0.1 }, { lr: 0.2, total: 24 });
    const rates = [0, 2, 4, 9.5, 23].map((epoch) => behind({ epoch }));
    const first = plain({ epoch: 0 });
    const expected = [0.1 * first, 0.55 * first, first, plain({ epoch: 5.5 }), plain({ epoch: 19 })];
    rates.forEach((rate, i) => assertAlmostEquals(rate, expected[i], 1e-12, `${name}, ${i}`));
  }
});

Deno.test("reduce_on_plateau passes over the epochs of its warm-up", () => {
  const options = { patience: 1, warmup_epochs: 3, factor: 0.5 };
  const rate = makeSchedule({ name: "reduce_on_plateau", ...options }, { lr: 1, total: 20 });
  const values = [0.1, 0.2, 0.3, 5, 4, 4, 4, 3];
  const at = (epoch: number) => rate({ epoch, history: () => values.slice(0, epoch) });
  assertEquals([3, 4, 5, 6, 7, 8].map(at), [1, 1, 1, 1, 0.5, 0.5]);
});

Deno.test("makeSchedule() refuses an unknown name, an option and a span out of range", () => {
  const span = { lr: 1, total: 2 };
  const refuse = (chosen: Readonly<Record<string, unknown>>, cause: string, over = span) =>
    assertThrows(() => makeSchedule(chosen as unknown as ChosenSchedule, over), RangeError, cause);
  refuse({ name: "warmup_cosin" }, 'did you mean "warmup_cosine"?');
  refuse({ name: "toString" }, "must be one of warmup_cosine, constant");
  refuse({ name: "step", step_size: 0 }, "because step_size must be more than 0, current value is 0");
  refuse(
    { name: "step", milestones: [1] },
    "because milestones is not an option: Options: warmup_epochs, start_factor, step_size, gamma",
  );
  refuse({ name: "step" }, "current lr is NaN", { lr: NaN, total: 2 });
});
