import { assert, assertEquals } from "@std/assert";
import {
  DEFAULT_PROVIDER,
  describeProviders,
  providerNames,
  providers,
} from "../../../src/core/providers/mod.ts";

Deno.test("the providers have names and descriptions that --help lists", () => {
  assert(providerNames.includes(DEFAULT_PROVIDER));
  const lines = describeProviders().split("; ");
  assertEquals(lines.length, providerNames.length);
  assert(lines.includes(`dawn: ${providers.dawn.description}`), lines.join("\n"));
});
