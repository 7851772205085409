/**
 * The WebGPU providers. To add one, add a file to this folder and a line to the registry: configuration, `--help`,
 * doctor, predict and bench take names and descriptions from here, and each host opens them.
 */
import { auto } from "./auto.ts";
import { dawn } from "./dawn.ts";
import type { Provider } from "./provider.ts";

export type { Provider, ProviderWorld } from "./provider.ts";

/** The providers that a configuration can name. */
export const providers = { auto, dawn } as const satisfies Readonly<Record<string, Provider>>;

/** The name of a provider, a value of `gpu=`. */
export type ProviderName = keyof typeof providers;

/** All names, in the order of `--help`. */
export const providerNames = Object.keys(providers) as [ProviderName, ...ProviderName[]];

/** The provider used if none is named. */
export const DEFAULT_PROVIDER: ProviderName = "auto";

/** The providers with their descriptions, in one line for `--help`. */
export function describeProviders(): string {
  return Object.entries(providers).map(([name, { description }]) => `${name}: ${description}`).join("; ");
}
