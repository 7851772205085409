import { assertEquals } from "@std/assert";
import type { Config } from "../../src/config/mod.ts";
import type { Host } from "../../src/setup/host.ts";
import { describeRanks } from "../../src/setup/ranks_of_run.ts";
import { ranksInOneProcess } from "../ranks.ts";

/** The lines of a run with so many ranks, of so many processors each. */
function lines(size: number, cores: number, trainer: Record<string, unknown> = {}): Promise<string[]> {
  const host = { program: "deno task", machine: () => Promise.resolve({ cores }) } as unknown as Host;
  const config = {
    data: { batch_size: 8 },
    trainer: { strategy: "auto", sync_batchnorm: false, ...trainer },
  };
  return describeRanks(host, config as unknown as Config, ranksInOneProcess(size)[0]);
}

Deno.test("describeRanks() says what a step sees, and what is probably not meant", async () => {
  assertEquals(await lines(1, 1), []);
  assertEquals(await lines(1, 8, { strategy: "ddp" }), [
    "  note: trainer.strategy=ddp trains on one rank; `mpirun -n 4 deno task train ...` starts four",
  ]);
  const line = "        3 ranks, 24 images in a step; batch norm by each rank's own batch";
  assertEquals(await lines(3, 8, { strategy: "ddp" }), [line]);
  const [first, note, ...more] = await lines(3, 1);
  assertEquals([first, more], [line, []]);
  assertEquals(note.startsWith("  note: this rank may use one processor"), true, note);
});
