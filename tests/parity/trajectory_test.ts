/** What a trajectory's rows notice, without a run: results made from the reference itself, of which one is off. */
import { assertEquals } from "@std/assert";
import { worstOf } from "../../src/parity/compare.ts";
import { mixedRow, type Trajectory, trajectoryRows } from "../../src/parity/trajectory.ts";
import type { TrajectoryRun } from "../../src/parity/trajectory_run.ts";
import { FIXTURES } from "./host.ts";

const given: Trajectory = JSON.parse(Deno.readTextFileSync(`${FIXTURES}/trajectory_resnet18.json`));

type Digests = Trajectory["final"];
type State = Map<string, { shape: number[]; values: Float32Array }>;

/** Tensors that have the norms and first values of digests: one more value makes up the rest of the norm. */
function stateOf(digests: Digests): State {
  return new Map(
    Object.entries(digests).map(([name, { norm, first }]) => {
      const squares = first.reduce((sum, value) => sum + value * value, 0);
      const values = Float32Array.of(...first, Math.sqrt(Math.max(0, norm * norm - squares)));
      return [name, { shape: [values.length], values }];
    }),
  );
}

/** A run that agrees with the reference in everything. */
function agreeingRun() {
  const { steps } = given;
  return {
    labels: steps.map(({ labels }) => [...labels]),
    losses: steps.map(({ loss }) => loss),
    norms: steps.map(({ grad_norm: norm }) => norm),
    logits: [...steps[0].logits],
    gradients: stateOf(steps[0].grads),
    final: stateOf(given.final),
    evalLogits: [...given.eval_logits],
  } satisfies TrajectoryRun;
}

/** The parts of the rows that fail. */
function failing(change: (run: ReturnType<typeof agreeingRun>) => void): string[] {
  const run = agreeingRun();
  change(run);
  const rows = [...trajectoryRows("steps", given, run), mixedRow("steps in 16-mixed", given, run)];
  return rows.filter(({ comparisons }) => worstOf(comparisons).share > 1).map(({ name }) => name);
}

/** Multiplies the values of the `count` first tensors of a state. */
function scale(state: State, by: number, count: number, isChosen = (_: string) => true): void {
  const chosen = [...state].filter(([name]) => isChosen(name)).slice(0, count);
  for (const [, { values }] of chosen) values.forEach((value, i) => values[i] = value * by);
}

const isStatistic = (name: string) => name.includes(".running_");

const changes: Record<string, [change: Parameters<typeof failing>[0], fails: string[]]> = {
  "nothing": [() => {}, []],
  "a loss": [({ losses }) => losses[2] += 1e-4, ["steps losses"]],
  "a loss by what f16 cannot explain either": [
    ({ losses }) => losses[3] += 3e-2,
    ["steps losses", "steps in 16-mixed losses"],
  ],
  "a label": [({ labels }) => labels[1][0]++, ["steps losses"]],
  "a logit": [({ logits }) => logits[4] += 2e-4 * Math.max(...logits.map(Math.abs)), ["steps logits"]],
  "the first norm": [({ norms }) => norms[0] *= 1.0011, ["steps gradient norm"]],
  "a later norm": [({ norms }) => norms[2] *= 1.0055, ["steps gradient norm"]],
  "one gradient by far": [({ gradients }) => scale(gradients, 1.011, 1), ["steps gradients"]],
  "most gradients by a little": [({ gradients }) => scale(gradients, 1.0011, 40), ["steps gradients"]],
  "a few gradients by a little, which ReLUs explain": [({ gradients }) => scale(gradients, 1.0011, 25), []],
  "a parameter": [({ final }) => scale(final, 1.011, 1), ["steps parameters"]],
  "a running mean": [({ final }) => scale(final, 1.011, 1, isStatistic), ["steps statistics"]],
  "what evaluation says": [
    ({ evalLogits }) => evalLogits[0] += 2e-3 * Math.max(...evalLogits.map(Math.abs)),
    ["steps evaluation"],
  ],
};

for (const [what, [change, fails]] of Object.entries(changes)) {
  Deno.test(`a trajectory with ${what} off fails in ${fails.join(" and ") || "no row"}`, () => {
    assertEquals(failing(change), fails);
  });
}
