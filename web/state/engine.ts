/** The worker with the engine, which is started by the first call, and what it says it can do. */
import { signal } from "@preact/signals";
import { messageOf } from "../../src/base/errors.ts";
import type { EngineCalls, EngineFacts } from "../protocol/engine_calls.ts";
import type { Caller } from "../protocol/channel.ts";
import { startEngine } from "./worker.ts";

/** What the engine offers; undefined until it is known. */
export const engineFacts = signal<EngineFacts | undefined>(undefined);
/** Why nothing can be trained or predicted here, in a sentence. */
export const noEngine = signal<string | undefined>(undefined);

let worker: Caller<EngineCalls> | undefined;

/** Calls the engine. */
export const engine: Caller<EngineCalls> = (name, params, options) => {
  worker ??= startEngine((message) => noEngine.value = `Cannot go on: ${message}; reload the page`);
  return worker(name, params, options);
};

/** Asks the engine what it offers, once. */
export async function meetEngine(): Promise<void> {
  if (engineFacts.value !== undefined) return;
  try {
    engineFacts.value = await engine("facts", {});
  } catch (error) {
    noEngine.value = messageOf(error);
  }
}
