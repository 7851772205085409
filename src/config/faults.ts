/** Collects the faults of a configuration, so that all of them are reported at once, each with its origin. */

import { ConfigError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

/** Maximum number of faults shown. */
const MOST_SHOWN = 50;

/** The faults of a configuration, one message each. */
export class Faults {
  readonly #messages = new Set<string>();

  /** Adds a fault; `origin` is appended unless the message already contains it. */
  add(message: string, origin?: string): void {
    const isNamed = origin === undefined || origin === "" || message.includes(origin);
    this.#messages.add(isNamed ? message : `${message} (${origin})`);
  }

  /** The result of `work`, or undefined if it throws a ConfigError, which is added as a fault. */
  attempt<T>(work: () => T, origin?: string): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.add(error.message, origin);
      return undefined;
    }
  }

  /** True if there are no faults. */
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

/** `text`, truncated if it is long. */
export function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** ` did you mean NEAR?` for a name that is not one of `names`; empty if none is similar. */
export function didYouMean(name: string, names: readonly string[], show = (near: string) => near): string {
  const near = nearest(name, names);
  return near === undefined ? "" : ` did you mean ${show(near)}?`;
}
