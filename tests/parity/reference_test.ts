/** Parity with the large set of cases, where it lies beside the checkout. */
import { LARGE_SET } from "../reference/folder.ts";
import { parityTests } from "./cases.ts";

parityTests(LARGE_SET);
