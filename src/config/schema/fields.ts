/** Types of values that many keys share. */

import * as z from "zod";

/** An integer. */
export const integer = z.int({
  error: (issue) => issue.code === "invalid_type" ? "must be an integer" : undefined,
});

/** An integer of at least 1. */
export const count = integer.min(1);

/** 0 .. 1. */
export const share = z.number().min(0).max(1);

/** Text of at least one character. */
export const text = z.string().min(1);
