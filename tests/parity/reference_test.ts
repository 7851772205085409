/** Parity with the large set of cases, where it lies beside the checkout. */
import { folders } from "../reference/folder.ts";
import { parityTests } from "./cases.ts";

parityTests(folders[1]);
