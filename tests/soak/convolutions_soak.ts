/** Many more random convolutions than the normal run has. */
import { drawnConvTests } from "../ops/conv2d_case.ts";
import { seed } from "./seed.ts";

console.log(`convolutions of the seed ${seed}`);
drawnConvTests(60, seed);
