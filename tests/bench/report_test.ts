import { assert, assertEquals } from "@std/assert";
import { digits, Report, WIDTH } from "../../bench/report.ts";

Deno.test("digits() shows three digits that count, and whole numbers in full", () => {
  assertEquals([0, 3, 12345, 1.234, 12.34, 123.4, 12345.6, 0.01234, 0.0001234].map(digits), [
    ...["0", "3", "12,345", "1.23", "12.3", "123", "12,346", "0.0123", "1.2e-4"],
  ]);
  assertEquals(digits(NaN), "-");
});

Deno.test("Report prints aligned rows, and keeps all values for the JSON", () => {
  const lines: string[] = [];
  const report = new Report((line) => lines.push(line));
  report.fact("adapter", { name: "a" });
  const row = report.table("times", [
    { key: "name", head: "kernel", width: 8, isText: true },
    { key: "ms", head: "ms", width: 6 },
    { key: "share", head: "%", width: 5 },
  ]);
  row({ name: "relu", ms: 1.5, share: undefined, bytes: 12 });
  row({ name: "add", ms: 20.25, share: 99.5 });
  report.note("add is new");
  assertEquals(lines, [
    "",
    "times",
    "  kernel        ms      %",
    "  relu        1.50      -",
    "  add         20.3   99.5",
    "  add is new",
  ]);
  assert(lines.every((line) => line.length <= WIDTH));
  assertEquals(JSON.parse(report.json()), {
    adapter: { name: "a" },
    rows: [
      { table: "times", name: "relu", ms: 1.5, bytes: 12 },
      { table: "times", name: "add", ms: 20.25, share: 99.5 },
    ],
    notes: ["add is new"],
  });
});
