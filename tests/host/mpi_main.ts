/** A command line whose ranks fail: `one` fails on rank 1 while the others wait, `all` fails on each alike. */
import { ConfigError, DataError } from "../../src/base/errors.ts";
import { runProcess } from "../../src/host/deno.ts";

await runProcess(async ([who], host) => {
  const ranks = await host.openRanks();
  await ranks.barrier();
  if (who === "all") throw new ConfigError("Cannot train as configured");
  if (who === "one" && ranks.rank === 1) throw new DataError("Cannot read x.jpg");
  if (who === "one") await ranks.barrier();
  host.print(`rank ${ranks.rank} of ${ranks.size} is done`);
  return 0;
});
