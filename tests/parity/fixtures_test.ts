/**
 * Parity with the project's own small cases. The steps of larger networks than ResNet-18 take minutes to compile: they are
 * left to tests/soak/reference_steps_soak.ts.
 */
import { SMALL_SET } from "../reference/folder.ts";
import { KINDS, LARGER, parityTests } from "./cases.ts";

parityTests(SMALL_SET, Object.keys(KINDS).filter((kind) => !LARGER.includes(kind)));
