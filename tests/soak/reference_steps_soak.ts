/** Parity of the training steps of the large set of cases, where it lies beside the checkout, and larger networks' of the small one. */
import { LARGER, parityTests, STEPS } from "../parity/cases.ts";
import { LARGE_SET, SMALL_SET } from "../reference/folder.ts";

parityTests(LARGE_SET, STEPS);
parityTests(SMALL_SET, LARGER);
