/**
 * Ends a run at many random moments, goes on with each, and compares all that it leaves with the uninterrupted run:
 *
 *   deno run -A tests/e2e/kill_soak.ts [KILLS] [SIGKILL|SIGINT|SIGTERM] [SEED]
 *
 * A third of the moments lie within the writing of a checkpoint. A run that was over before its moment does not count.
 */
import { assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { clear, type Moment, remains, runToEnd, stop } from "./killing.ts";

const LENGTH = { epochs: 3, kept: 2 };
const [kills = "30", signal = "SIGKILL", seed = "1"] = Deno.args;
const folder = await Deno.makeTempDir({ prefix: "wgrad_soak_" });
const random = rng(Number(seed), "kills");
await runToEnd(folder, LENGTH);
await clear(folder);
const started = performance.now();
await runToEnd(folder, LENGTH);
let whole = performance.now() - started;
const expected = await remains(folder);
let equal = 0;
for (let i = 0; i < Number(kills);) {
  await clear(folder);
  const begun = performance.now();
  const moment: Moment = i % 3 === 2
    ? { write: random.integer(3) }
    : { after: random.uniform(.2, 1) * whole };
  const { code, seconds } = await stop(folder, LENGTH, signal as "SIGKILL", moment);
  if (code === 0) {
    whole = Math.min(whole, performance.now() - begun); // the machine is less busy than at the start
    continue;
  }
  i++;
  await runToEnd(folder, LENGTH);
  let verdict = "equal";
  try {
    assertEquals(await remains(folder), expected);
    equal++;
  } catch (error) {
    verdict = `differs\n${(error as Error).message}`;
  }
  console.log(
    `${i} ${JSON.stringify(moment)}: ended with ${code} after ${seconds.toFixed(1)} s, ${verdict}`,
  );
}
console.log(`${equal} of ${kills} equal the uninterrupted run`);
await Deno.remove(folder, { recursive: true });
Deno.exit(equal === Number(kills) ? 0 : 1);
