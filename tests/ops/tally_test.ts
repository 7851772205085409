import { assertEquals, assertThrows } from "@std/assert";
import { recordProgram } from "../../src/core/program.ts";
import { persistent, type Tensor, tensorOf } from "../../src/core/tensor.ts";
import { tally, type TallyOptions } from "../../src/ops/tally.ts";
import { IGNORED_LABEL, type Target } from "../../src/ops/target.ts";
import { gpuTest } from "../rings.ts";
import { indices, lossInputs, probabilities, softTarget, unpad } from "./loss_case.ts";
import { testDevice } from "./op_case.ts";

/** What a batch does to two slots of ones, when the scalars say 3, so that slot 1 is meant. */
async function tallied(
  batch: {
    logits: ArrayLike<number>;
    /** Class indices [N], or probabilities [N, columns]. */
    labels: ArrayLike<number>;
    rows?: number;
    loss?: number;
    dtype?: "f32" | "f16";
  },
  options: Partial<TallyOptions> & { classes: number },
): Promise<number[]> {
  const device = await testDevice();
  const live = device.pool.stats().live;
  const results = await device.scope(() => {
    const n = batch.rows ?? batch.labels.length, isSoft = batch.labels.length > n;
    const goal = Array.from(batch.labels);
    const tensors = {
      logits: tensorOf(device, Array.from(batch.logits), [n, batch.logits.length / n], batch.dtype ?? "f32"),
      target: isSoft
        ? probabilities(tensorOf(device, goal, [n, goal.length / n]))
        : indices(tensorOf(device, goal, [n], "u32")),
      loss: tensorOf(device, [batch.loss ?? 2], [1]),
      results: tensorOf(device, new Array(8).fill(1), [2, 4]),
      scalars: tensorOf(device, [9, 3], [2]),
    };
    tally(tensors, { slot: 1, ...options });
    return tensors.results.read();
  });
  assertEquals(device.pool.stats().live, live);
  assertEquals([...results.subarray(0, 4)], [1, 1, 1, 1], "The other slot is untouched");
  return [...results.subarray(4)];
}

gpuTest("tally() counts top-1 and top-k as sorting does, and ignores ignored rows", async () => {
  for (const [n, classes, ignored] of [[70, 10, 3], [9, 3, 0], [5, 1003, 1]]) {
    const { logits, labels } = lossInputs({ n, classes, ignored });
    const columns = logits.shape[1];
    // Rounded, so that equal logits are common.
    const values = Float64Array.from(logits.values, (value) => Math.round(2 * value));
    let first = 0, best = 0;
    for (let row = 0; row < n - ignored; row++) {
      const own = values.subarray(row * columns, row * columns + classes);
      const order = [...own.keys()].sort((a, b) => own[b] - own[a] || a - b);
      const rank = order.indexOf(labels.values[row]);
      if (rank === 0) first++;
      if (rank < 5) best++;
    }
    const rows = n - ignored;
    for (const dtype of ["f32", "f16"] as const) {
      const row = await tallied({ logits: values, labels: labels.values, dtype }, { classes });
      assertEquals(row, [2 * rows, rows, first, best], `${n} rows, ${classes} classes`);
    }
  }
});

gpuTest("tally() counts probabilities by their largest class, and ignores rows without any", async () => {
  for (const [n, classes, ignored] of [[70, 10, 3], [9, 3, 0], [5, 1003, 1]]) {
    const sizes = { n, classes, ignored }, rows = n - ignored;
    const { logits } = lossInputs(sizes), target = softTarget(sizes);
    const soft = unpad(Float64Array.from(target.values), classes, rows);
    const labels = Array.from({ length: n }, (_, row) => {
      const own = soft.subarray(row * classes, (row + 1) * classes);
      return row < rows ? own.indexOf(Math.max(...own)) : IGNORED_LABEL;
    });
    const batch = { logits: logits.values, labels: target.values, rows: n };
    const counted = await tallied(batch, { classes });
    assertEquals(counted, await tallied({ ...batch, labels }, { classes }), `${n} rows, ${classes} classes`);
    assertEquals(counted[1], rows);
  }
});

gpuTest("tally() prefers the lower index of equal logits", async () => {
  const logits = [1, 1, 0, 1, 1, 0, 1, 1, 0].flatMap((value, i) => i % 3 === 2 ? [value, 9] : [value]);
  assertEquals(await tallied({ logits, labels: [0, 1, 2] }, { classes: 3, k: 2 }), [6, 3, 1, 2]);
});

gpuTest("tally() does not take padding for a class, even beside a logit of -infinity", async () => {
  const logits = [-Infinity, 1, 9, 9];
  assertEquals(await tallied({ logits, labels: [0] }, { classes: 2, k: 2 }), [2, 1, 0, 1]);
});

gpuTest("tally() shows a NaN loss, and a NaN logit is no right answer", async () => {
  const logits = [NaN, 0, 0, 0, /**/ NaN, 1, 0, 0, /**/ 0, 1, 0, 0];
  const row = await tallied({ logits, labels: [0, 1, 1], loss: NaN }, { classes: 4, k: 2 });
  assertEquals(row, [NaN, 3, 1, 2]);
});

gpuTest("tally() counts a label beyond the classes as wrong", async () => {
  assertEquals(await tallied({ logits: [0, 0, 9, 9], labels: [3] }, { classes: 2 }), [2, 1, 0, 0]);
  assertEquals(await tallied({ logits: [0, 0, 9, 9], labels: [IGNORED_LABEL] }, { classes: 2 }), [
    0,
    0,
    0,
    0,
  ]);
});

gpuTest("tally() fills slot after slot when its program is replayed", async () => {
  const device = await testDevice();
  const make = (values: number[], shape: number[], dtype: "f32" | "u32" = "f32") => {
    const tensor = persistent(device, shape, dtype);
    tensor.write(values);
    return tensor;
  };
  const labels = make([0], [1], "u32");
  const tensors = {
    logits: make([5, 0, 0, 0], [1, 4]),
    loss: make([.5], [1]),
    results: make(new Array(12).fill(0), [3, 4]),
    scalars: make([0], [1]),
  };
  const program = await recordProgram(device, (): Tensor[] => {
    tally({ ...tensors, target: indices(labels) }, { classes: 4, slot: 0 });
    return [];
  });
  for (const slot of [0, 1, 2, 3]) {
    tensors.scalars.write([slot]);
    tensors.loss.write([slot + 1]);
    program.run();
  }
  assertEquals([...await tensors.results.read()], [4, 1, 1, 1, 2, 1, 1, 1, 3, 1, 1, 1]);
  program.free();
  for (const tensor of [labels, ...Object.values(tensors)]) tensor.free();
});

gpuTest("tally() says which shape or option does not fit", async () => {
  const device = await testDevice();
  device.scope(() => {
    const tensors = {
      logits: tensorOf(device, [0, 0, 0, 0], [1, 4]),
      target: indices(tensorOf(device, [0], [1], "u32")) satisfies Target,
      loss: tensorOf(device, [0], [1]),
      results: tensorOf(device, [0, 0, 0, 0], [1, 4]),
      scalars: tensorOf(device, [0, 0], [2]),
    };
    const { results, logits } = tensors;
    const cases: [() => void, string][] = [
      [() => tally(tensors, { classes: 4, slot: 2 }), "slot must index 2 scalars, current is 2"],
      [() => tally(tensors, { classes: 4, slot: 0, k: 5 }), "k must be 1 .. 4, current is 5"],
      [
        () => tally({ ...tensors, results: results.view([4]) }, { classes: 4, slot: 0 }),
        "results must be f32 [slots, 4]",
      ],
      [
        () => tally({ ...tensors, target: indices(logits) }, { classes: 4, slot: 0 }),
        "indices must be [N] = [1]",
      ],
    ];
    for (const [run, message] of cases) assertThrows(run, Error, message);
  });
});
