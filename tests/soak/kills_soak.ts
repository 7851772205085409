/** Ends a run at many random moments, resumes each, and compares all that it leaves with the uninterrupted run. */
import { assertEquals } from "@std/assert";
import { rng } from "../../src/base/rng.ts";
import { withFolder } from "../e2e/cli.ts";
import { clear, type Moment, remainsIn, runToEnd, stop } from "../e2e/killing.ts";
import { e2eTest } from "../rings.ts";
import { seed } from "./seed.ts";

const LENGTH = { epochs: 3, kept: 2 };
const KILLS = { SIGKILL: 20, SIGINT: 5, SIGTERM: 5 } as const;

e2eTest(
  `a run that is ended at random moments is resumed to the same bits (seed ${seed})`,
  (context) =>
    withFolder(async (folder) => {
      const random = rng(seed, "kills");
      await runToEnd(folder, LENGTH);
      await clear(folder); // the dataset stays, and the kernels are compiled
      const started = performance.now();
      await runToEnd(folder, LENGTH);
      const whole = performance.now() - started, expected = await remainsIn(folder);
      for (const [signal, kills] of Object.entries(KILLS) as [keyof typeof KILLS, number][]) {
        for (let i = 0; i < kills; i++) {
          // A third of the moments is within the writing of a checkpoint.
          const moment: Moment = i % 3 === 2
            ? { write: random.integer(3) }
            : { after: random.uniform(.2, .9) * whole };
          await context.step(`${signal} ${JSON.stringify(moment)}`, async () => {
            await clear(folder);
            const { code } = await stop(folder, LENGTH, signal, moment);
            console.log(code === 0 ? "the run was over before" : `ended with ${code}`);
            await runToEnd(folder, LENGTH);
            assertEquals(await remainsIn(folder), expected);
          });
        }
      }
    }),
);
