/** How the bridge describes a PyTorch class: its equivalent here, and what becomes of each of its options. */

import { ConfigError } from "../../base/errors.ts";
import type { Data, Node } from "../tree.ts";

/** The part of a configuration that a target belongs to. */
export type Place =
  | "callbacks"
  | "logging"
  | "transforms"
  | "model"
  | "loss"
  | "optimizer"
  | "scheduler"
  | "trainer"
  | "data";

/** Our value for a class's; undefined leaves the option out. @throws ConfigError with the cause, without our value */
export type Read = (value: Data) => Data | undefined;

/** What becomes of an option. `default` is the class's own, which applies if the option is absent. */
export type Fate =
  /** Passed on, under the name `as` if that differs. Without a default it must be given. */
  | {
    readonly kind: "kept";
    readonly as?: string;
    readonly default?: Data;
    readonly read?: Read;
    readonly note?: string;
  }
  /** One end of a range, which is one option here. */
  | { readonly kind: "bound"; readonly of: string; readonly end: 0 | 1; readonly default: number }
  /** An option of another part here, such as `optimizer.lr`. */
  | { readonly kind: "moved"; readonly to: readonly [part: Place, key: string]; readonly default: Data }
  /** Refused unless it has one of these values. */
  | { readonly kind: "only"; readonly values: readonly Data[]; readonly why: string }
  /** True or null leaves or adds a callback, false takes it out. */
  | { readonly kind: "switch"; readonly callback: string; readonly adds?: Data }
  /** Accepted without effect. */
  | { readonly kind: "moot"; readonly why: string };

/** The options of an equivalent, and the names of those that the configuration gives. */
export type Finish = (options: Map<string, Node>, given: ReadonlySet<string>) => void;

/** The equivalent of a PyTorch class. */
export interface Target {
  readonly place: Place;
  /** Its name here; undefined if nothing is needed in its place. */
  readonly name: string | undefined;
  readonly options: Readonly<Record<string, Fate>>;
  /** Options of the equivalent that the class does not have. */
  readonly adds: Readonly<Record<string, Data>>;
  /** Last changes to the options, which involve several. @throws ConfigError with the cause */
  readonly finish?: Finish;
  /** How the equivalent differs as a whole, for docs/bridge.md. */
  readonly about?: string;
}

/** Classes that can be imported from several modules. */
export interface Family {
  readonly place: Place;
  /** Module names; a trailing `.*` includes submodules. */
  readonly modules: readonly string[];
  readonly classes: Readonly<Record<string, Target>>;
}

type Details = Partial<Omit<Target, "place" | "name">>;

/** Classes of one place: `{ Class: [name here, details] }`. */
export function family(
  place: Place,
  modules: readonly string[],
  classes: Readonly<Record<string, readonly [name: string | undefined, details?: Details]>>,
): Family {
  const targets = Object.entries(classes).map(([name, [here, details]]): [string, Target] => {
    return [name, { place, name: here, options: {}, adds: {}, ...details }];
  });
  return { place, modules, classes: Object.fromEntries(targets) };
}

type KeptDetails = Omit<Extract<Fate, { kind: "kept" }>, "kind" | "default">;

/** An option with the class's default. */
export function kept(byDefault: Data, details: KeptDetails = {}): Fate {
  return { kind: "kept", default: byDefault, ...details };
}

/** An option that must be given. */
export function required(details: KeptDetails = {}): Fate {
  return { kind: "kept", ...details };
}

/** One end of the range `of`. */
export function bound(of: string, end: 0 | 1, byDefault: number): Fate {
  return { kind: "bound", of, end, default: byDefault };
}

/** An option of another part. */
export function moved(part: Place, key: string, byDefault: Data): Fate {
  return { kind: "moved", to: [part, key], default: byDefault };
}

/** An option that is accepted with these values only; the first is the class's default. */
export function only(values: readonly Data[], why: string): Fate {
  return { kind: "only", values, why };
}

/** An option that turns a callback on, with the options `adds` if it is not configured, or off. */
export function turns(callback: string, adds: Data): Fate {
  return { kind: "switch", callback, adds };
}

/** An option without effect here, and why. */
export function moot(why: string): Fate {
  return { kind: "moot", why };
}

/** Several options without effect, for one reason. */
export function allMoot(names: readonly string[], why: string): Record<string, Fate> {
  return Object.fromEntries(names.map((name) => [name, moot(why)]));
}

/** Leaves out null, which has a default here. */
export const unlessNull: Read = (value) => value ?? undefined;

/** The side of a square: 224 for [224, 224]. */
export const squareSide: Read = (value) => {
  if (!Array.isArray(value)) return value;
  if (value.length > 0 && value.every((side) => side === value[0])) return value[0];
  throw new ConfigError("it must be one number or the same twice: images here are square");
};

const MODES: readonly [pattern: RegExp, name: string][] = [
  [/^(?:InterpolationMode\.)?nearest$/i, "nearest"],
  [/^(?:InterpolationMode\.)?bilinear$/i, "bilinear"],
  [/^0$/, "nearest"],
  [/^2$/, "bilinear"],
  [/^(?:InterpolationMode\.)?bicubic$/i, "bicubic"],
  [/^3$/, "bicubic"],
];

/** A member of an enumeration as written: by name, by `Enumeration.NAME`, or as an object with its value. */
export function memberOf(value: Data): string {
  const { _args_: args, value: own } = (value ?? {}) as { _args_?: readonly Data[]; value?: Data };
  return String(args?.[0] ?? own ?? value);
}

/** An interpolation by name, by Pillow's number or as torchvision's InterpolationMode; one of `names`. */
export function interpolation(...names: readonly string[]): Read {
  return (value) => {
    const text = memberOf(value);
    const name = MODES.find(([pattern]) => pattern.test(text))?.[1];
    if (name !== undefined && names.includes(name)) return name;
    throw new ConfigError(`it must be ${names.join(" or ")}`);
  };
}
