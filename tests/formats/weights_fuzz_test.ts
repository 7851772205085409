import { fuzzWeights } from "./weights_fuzz.ts";

Deno.test(
  "5,000 damaged files of weights end in a value or a DataError, within 2 s and 512 MB each",
  () => fuzzWeights(5000, 11),
);
