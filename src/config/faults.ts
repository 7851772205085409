/** Faults of a configuration: gathered, so that all are reported at once, each with the place it comes from. */

import { ConfigError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

/** The most faults that are shown. */
const MOST_SHOWN = 50;

/** What is wrong with a configuration, one message each. */
export class Faults {
  readonly #messages = new Set<string>();

  /** Adds a fault; `origin` follows unless the message names it already. */
  add(message: string, origin?: string): void {
    const isNamed = origin === undefined || origin === "" || message.includes(origin);
    this.#messages.add(isNamed ? message : `${message} (${origin})`);
  }

  /** What `work` returns, or undefined if it throws a ConfigError, which becomes a fault. */
  attempt<T>(work: () => T, origin?: string): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.add(error.message, origin);
      return undefined;
    }
  }

  /** True if nothing is wrong. */
  get none(): boolean {
    return this.#messages.size === 0;
  }

  /** All faults as one error. */
  error(): ConfigError {
    const messages = [...this.#messages];
    if (messages.length === 1) return new ConfigError(messages[0]);
    const rest = messages.length - MOST_SHOWN;
    const lines = messages.slice(0, MOST_SHOWN).map((message) => `\n- ${message}`);
    if (rest > 0) lines.push(`\n- and ${rest} more`);
    return new ConfigError(
      `Cannot use this configuration because it has ${messages.length} faults:${lines.join("")}`,
    );
  }

  /** @throws ConfigError with all faults, if there are any */
  throwIfAny(): void {
    if (!this.none) throw this.error();
  }
}

/** `text`, or its beginning where it is long. */
export function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** ` did you mean NEAR?` for a name that is not one of `names`; nothing if none is near. */
export function didYouMean(name: string, names: readonly string[], show = (near: string) => near): string {
  const near = nearest(name, names);
  return near === undefined ? "" : ` did you mean ${show(near)}?`;
}
