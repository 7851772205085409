/**
 * The seed of a soak's random draws: another one in each run, so that each release is tried with cases of its own. It
 * is part of the tests' names, and `SOAK_SEED=...` repeats a run.
 */
export const seed: number = Number(Deno.env.get("SOAK_SEED") ?? Date.now() % 2 ** 31);
