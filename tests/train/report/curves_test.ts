import { assertEquals } from "@std/assert";
import { curvesOf } from "../../../src/train/report/curves.ts";

const rows = [
  { epoch: 0, step: 2, "train/loss_step": 3, "lr-SGD": 1e-3 },
  { epoch: 0, step: 4, "train/loss_epoch": 2.5, "val/loss": null, "val/acc_top1": .25 },
];

Deno.test("curves have places in epochs, percentages, and only what was logged", () => {
  const timings = [{ epoch: 0, step: 2, "time/images_per_second": 120, "time/data_wait": .125 }];
  const curves = curvesOf(rows, timings, 4);
  assertEquals(curves.map(({ title, series }) => [title, ...series.map(({ label }) => label)]), [
    ["Loss", "train", "validation", "train, step"],
    ["Accuracy", "validation top-1"],
    ["Learning rate", "SGD"],
    ["Throughput and data wait", "images/s", "data wait"],
  ]);
  const [loss, accuracy, , pace] = curves;
  assertEquals(loss.series.map(({ x, y }) => [x, y]), [[[0], [2.5]], [[0], [null]], [[-.5], [3]]]);
  assertEquals(accuracy.series[0].y, [25]);
  assertEquals(pace.series[1].y, [12.5]);
  assertEquals(curvesOf([], [], 4), []);
});

Deno.test("curves of many points are averaged down, and say so", () => {
  const many = Array.from({ length: 4001 }, (_, i) => ({ epoch: 0, step: i + 1, "train/loss_step": i % 2 }));
  const [{ series: [line] }] = curvesOf(many, [], 4001);
  assertEquals(line.label, "train, step (mean of 3)");
  assertEquals([line.x.length, line.x.at(-1)], [1334, 0]);
  assertEquals(line.y.slice(0, 2), [.333333, .666667]);
});
