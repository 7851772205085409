/** Rates that cannot be: what is faster than the adapter's own probe was not done, or not waited for. */
import { GpuError } from "../src/base/errors.ts";

/** Probe and measurement are made at different moments, so a rate may be a little above the probe. */
const MOST = 1.05;

/** Collects implausible measurements of a run, which ends with an error if there are any. */
export class Plausibility {
  readonly #found: string[] = [];

  /** True if `rate` may be reported as a result of `what`, next to a `probe` of the same arithmetic. */
  allows(what: string, rate: number, probe: number): boolean {
    if (rate <= MOST * probe) return true;
    this.#found.push(`${what} at ${(rate / probe).toFixed(1)} times the adapter's multiply-adds`);
    return false;
  }

  /** @throws GpuError that names what was measured wrongly */
  require(): void {
    if (this.#found.length === 0) return;
    throw new GpuError(
      `Cannot report ${this.#found.join(", ")}: not all of the work was done or waited for; run again`,
    );
  }
}
