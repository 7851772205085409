/** `bench probe`: the denominators as a table. */
import type { Session } from "./session.ts";

/** Prints what the session measured at its start. */
export function benchProbe({ report, speed }: Session): Promise<void> {
  const print = report.table("probes of the adapter", [
    { key: "probe", head: "probe", width: 46, isText: true },
    { key: "rate", head: "rate", width: 9 },
    { key: "unit", head: "", width: 8, isText: true },
  ]);
  print({ probe: "f32 multiply-adds in registers, best unrolling", rate: speed.gflops, unit: "GFLOP/s" });
  print({ probe: "copy, bytes read and written", rate: speed.gigabytes, unit: "GB/s" });
  return Promise.resolve();
}
