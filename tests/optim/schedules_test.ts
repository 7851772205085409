import { assert, assertEquals, assertThrows } from "@std/assert";
import { makeSchedule, schedules } from "../../src/optim/schedules.ts";
import { referenceTest } from "../reference/folder.ts";

interface Run {
  kind: string;
  lr: number;
  max_epochs?: number;
  lrs: number[];
  [option: string]: unknown;
}

function assertRates(run: Run): void {
  const rate = makeSchedule(run.kind, run, { lr: run.lr, total: run.max_epochs ?? run.lrs.length });
  for (const [epoch, expected] of run.lrs.entries()) {
    const error = Math.abs(rate(epoch) / expected - 1);
    assert(error <= 1e-9, `${run.kind}: epoch ${epoch}: ${rate(epoch)} is not ${expected}`);
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
  const rate = makeSchedule("warmup_cosine", { warmup_epochs: 0.5 }, { lr: 2, total: 6 });
  assertEquals(rate(0.25), 2 * (1e-3 + (1 - 1e-3) / 2));
  assert(Math.abs(rate(0.5 - 1e-9) - 2) < 1e-7);
  assertEquals(rate(0.5), 2);
  assert(Math.abs(rate(6) - 0.1) < 1e-15);
});

Deno.test("constant, step and multistep hold their rate between the cuts", () => {
  const span = { lr: 0.1, total: 10 };
  assertEquals(makeSchedule("constant", {}, span)(7.5), 0.1);
  const step = makeSchedule("step", { step_size: 3, gamma: 0.5 }, span);
  assertEquals([0, 2.99, 3, 8.5].map(step), [0.1, 0.1, 0.05, 0.025]);
  const multistep = makeSchedule("multistep", { milestones: [5, 2, 5], gamma: 0.5 }, span);
  assertEquals([1.9, 2, 4, 5].map(multistep), [0.1, 0.05, 0.05, 0.0125]);
});

Deno.test("makeSchedule() passes over the options of other schedules", () => {
  const settings = { name: "step", warmup_epochs: -1, step_size: 1, gamma: 0.5, interval: "epoch" };
  assertEquals(makeSchedule("step", settings, { lr: 1, total: 2 })(1), 0.5);
});

Deno.test("A schedule's own options are strict", () => {
  assertThrows(() => schedules.step.options.parse({ step_size: 1, gama: 0.5 }));
});

Deno.test("makeSchedule() refuses an unknown name, an option and a span out of range", () => {
  const span = { lr: 1, total: 2 };
  assertThrows(() => makeSchedule("warmup_cosin", {}, span), RangeError, 'did you mean "warmup_cosine"?');
  assertThrows(
    () => makeSchedule("toString", {}, span),
    RangeError,
    "must be one of warmup_cosine, constant",
  );
  assertThrows(() => makeSchedule("step", { step_size: 0 }, span), RangeError, "as step_size is not valid");
  assertThrows(() => makeSchedule("step", {}, { lr: NaN, total: 2 }), RangeError, "current lr is NaN");
});
