import * as z from "zod";
import { defineSchedule } from "./schedule.ts";

/** A constant `lr`. */
export const constant = defineSchedule({
  options: z.strictObject({}).describe("A constant rate"),
  make: (_, { lr }) => () => lr,
});
