/** Many more random inputs of the parsers than the normal run has. */
import { fuzzTexts } from "../config/fuzz.ts";
import { fuzzOnnx } from "../formats/onnx/read_fuzz.ts";
import { fuzzWeights } from "../formats/weights_fuzz.ts";
import { seed } from "./seed.ts";

Deno.test(`1,000,000 random texts of configurations (seed ${seed})`, () => fuzzTexts(1_000_000, seed));

Deno.test(`200,000 damaged files of weights (seed ${seed})`, () => fuzzWeights(200_000, seed));

Deno.test(`200,000 damaged ONNX files (seed ${seed})`, () => fuzzOnnx(200_000, seed));
