/** Reads plain YAML scalars like OmegaConf: YAML 1.1 without timestamps, and with 1e-3 as a number. */

import { ConfigError } from "../base/errors.ts";
import type { Scalar } from "./tree.ts";

const NULL = /^(?:~|null|Null|NULL|)$/;
const TRUE = /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const FALSE = /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const DECIMAL = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const PREFIXED = /^([-+]?)(0b[01_]+|0x[0-9a-fA-F_]+)$/;
const FLOAT =
  /^[-+]?(?:[0-9]+(?:_[0-9]+)*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9]+(?:_[0-9]+)*[eE][-+]?[0-9]+|\.[0-9]+(?:_[0-9]+)*(?:[eE][-+][0-9]+)?)$/;
const INFINITE = /^([-+]?)\.(?:inf|Inf|INF)$/;
const NAN = /^\.(?:nan|NaN|NAN)$/;
/**
 * Numbers that YAML 1.1 reads as octal (017 is 15) or base 60 (1:30 is 90), always a mistake in a
 * configuration.
 */
const SURPRISING = /^[-+]?(?:0[0-7_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$/;

/** The value of a plain scalar. @throws ConfigError for a number with a surprising meaning in YAML 1.1 */
export function resolveScalar(text: string): Scalar {
  if (NULL.test(text)) return null;
  if (TRUE.test(text)) return true;
  if (FALSE.test(text)) return false;
  if (DECIMAL.test(text)) return integer(text);
  if (FLOAT.test(text)) return Number(text.replaceAll("_", ""));
  const [, sign, digits] = PREFIXED.exec(text) ?? [];
  if (digits !== undefined) return (sign === "-" ? -1 : 1) * integer(digits);
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === "-" ? -Infinity : Infinity;
  if (NAN.test(text)) return NaN;
  if (SURPRISING.test(text)) {
    throw new ConfigError(
      `Cannot read ${text} because YAML takes it for ${text.includes(":") ? "base 60" : "octal"}: ` +
        `write "${text}" in quotes for text, or a plain number`,
    );
  }
  return text;
}

/** True for the text of a number that is written as a float. */
export function isFloatText(text: string): boolean {
  return FLOAT.test(text);
}

/** An integer that a number can represent exactly. @throws ConfigError */
export function integer(text: string): number {
  const value = Number(text.replaceAll("_", ""));
  if (Number.isSafeInteger(value)) return value;
  throw new ConfigError(
    `Cannot read ${text} because it has more digits than a number keeps: write it in quotes`,
  );
}
