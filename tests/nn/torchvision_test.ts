/** torchvision's networks at full size, one of each kind; tests/soak/networks_soak.ts has the others. */
import { logitsTest } from "./torchvision_case.ts";

logitsTest("resnet18");
logitsTest("resnet50");
