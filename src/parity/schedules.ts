/** schedules.json: the learning rate of each epoch, against torch.optim.lr_scheduler. */
import * as z from "zod";
import { makeSchedule, type ScheduleName, schedules } from "../optim/schedules/mod.ts";
import { counted, type ParityCase, type Suite } from "./case.ts";
import { byEach, compare } from "./compare.ts";
import type { CaseFolder } from "./folder.ts";

/** For each rate, relative to it. */
const SCHEDULE_TOLERANCE = 1e-9;

const run = z.looseObject({
  kind: z.string(),
  lr: z.number(),
  max_epochs: z.number().optional(),
  lrs: z.array(z.number()),
  /** The metric of each epoch, for schedules that go by one. */
  values: z.array(z.number()).default([]),
});
const table = z.object({ runs: z.array(run) });

/** The runs of schedules.json. */
export async function scheduleCases(folder: CaseFolder): Promise<Suite> {
  const { runs } = await folder.json("schedules.json", table);
  const isKnown = (kind: string): kind is ScheduleName => Object.hasOwn(schedules, kind);
  const cases = runs.flatMap((run, i): ParityCase[] => {
    const { kind, lr, lrs, values, max_epochs: total = lrs.length, ...options } = run;
    if (!isKnown(kind)) return [];
    const name = `schedule_${i}_${kind}`;
    return [{
      name,
      gpu: false,
      run() {
        const rate = makeSchedule({ ...options, name: kind }, { lr, total });
        const measure = byEach(lrs, SCHEDULE_TOLERANCE, lr);
        const at = (epoch: number) => rate({ epoch, history: () => values.slice(0, epoch) });
        const comparison = compare("rates", lrs.map((_, epoch) => at(epoch)), lrs, measure);
        return [{ name, comparisons: [comparison] }];
      },
    }];
  });
  return { cases, notCovered: counted(runs.map(({ kind }) => kind).filter((kind) => !isKnown(kind))) };
}
