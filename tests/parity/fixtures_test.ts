/** Parity with the project's own small cases. */
import { SMALL_SET } from "../reference/folder.ts";
import { parityTests } from "./cases.ts";

parityTests(SMALL_SET);
