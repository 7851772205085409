/** Parity with the project's own small cases. */
import { folders } from "../reference/folder.ts";
import { parityTests } from "./cases.ts";

parityTests(folders[0]);
