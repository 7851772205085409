/** The jersey numbers that the page draws: what `deno task train` draws, in a smaller number. */
export const DRAWN = {
  seed: 42,
  classes: ["0", "3", "7", "10", "23"],
  train: 400,
  valid: 60,
  test: 60,
  size: 48,
} as const;
