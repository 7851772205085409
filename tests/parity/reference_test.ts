/**
 * Parity with the large set of cases, where it lies beside the checkout; its training steps are in the soak, as those of
 * the small set are the same networks'.
 */
import { LARGE_SET } from "../reference/folder.ts";
import { KINDS, parityTests, STEPS } from "./cases.ts";

parityTests(LARGE_SET, Object.keys(KINDS).filter((kind) => !STEPS.includes(kind)));
