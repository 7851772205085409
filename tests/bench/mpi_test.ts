import { assertEquals } from "@std/assert";
import { benchMpi } from "../../bench/mpi.ts";
import { readOptions } from "../../bench/options.ts";
import { Report } from "../../bench/report.ts";
import type { Session } from "../../bench/session.ts";

Deno.test("bench mpi says why it was skipped", async () => {
  const lines: string[] = [];
  const report = new Report((line) => void lines.push(line));
  await benchMpi({ report, options: readOptions(["--mpirun", "no-such-launcher"]) } as Session);
  assertEquals(lines, [
    "",
    "mpi      skipped: there is no no-such-launcher; name a launcher with --mpirun PATH",
  ]);
});
