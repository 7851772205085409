import * as z from "zod";
import { defineSchedule } from "./schedule.ts";

/** `lr` throughout. */
export const constant = defineSchedule({
  options: z.strictObject({}).describe("The same rate throughout"),
  make: (_, { lr }) => () => lr,
});
