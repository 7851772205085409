import { fuzzTexts } from "./fuzz.ts";

Deno.test("20,000 random texts end in a value or a ConfigError within a second each", () =>
  fuzzTexts(20_000, 42));
