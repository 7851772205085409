/** Parity of the training steps of the large set of cases, where it lies beside the checkout, and ResNet-34's of the small one. */
import { parityTests, STEPS } from "../parity/cases.ts";
import { LARGE_SET, SMALL_SET } from "../reference/folder.ts";

parityTests(LARGE_SET, STEPS);
parityTests(SMALL_SET, ["the steps of ResNet-34"]);
