/** Parity of the training steps of the large set of cases, where it lies beside the checkout. */
import { parityTests, STEPS } from "../parity/cases.ts";
import { LARGE_SET } from "../reference/folder.ts";

parityTests(LARGE_SET, STEPS);
