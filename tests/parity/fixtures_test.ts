/**
 * Parity with the project's own small cases. ResNet-34's blocks are ResNet-18's, so its steps are left to
 * tests/soak/reference_steps_soak.ts.
 */
import { SMALL_SET } from "../reference/folder.ts";
import { KINDS, parityTests } from "./cases.ts";

parityTests(SMALL_SET, Object.keys(KINDS).filter((kind) => kind !== "the steps of ResNet-34"));
