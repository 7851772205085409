import * as z from "zod";
import { defineSchedule, type SchedulePlugin } from "./schedule.ts";

/** A constant `lr`. */
export const constant: SchedulePlugin = defineSchedule({
  options: z.strictObject({}).describe("A constant rate"),
  make: (_, { lr }) => () => lr,
});
