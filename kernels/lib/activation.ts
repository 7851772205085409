/**
 * Activations, for any kernel that ends in one: the function, and its derivative where the value before it is known
 * again. All but the sigmoids are 0 at 0, so that padding stays zero.
 */
import { nanSafe, rectified } from "./nan.ts";

/** The activations, by torch.nn.functional's names. */
export const activations = ["relu", "silu", "hardswish", "gelu", "sigmoid", "hardsigmoid"] as const;
/** One of the {@link activations}. */
export type Activation = typeof activations[number];

interface Formula {
  /** Statements that both expressions use. */
  readonly given?: string;
  /** The function of v. */
  readonly value: string;
  /** g times the function's derivative at v. */
  readonly gradient: string;
}

const formulas: Readonly<Record<Activation, Formula>> = {
  relu: { value: "rectified(v)", gradient: "select(vec4f(), g, v > vec4f())" },
  silu: { given: "let s = sigmoid(v);", value: "v * s", gradient: "g * s * (1.0 + v * (1.0 - s))" },
  hardswish: {
    value: "v * clamp(v + 3.0, vec4f(), vec4f(6.0)) / 6.0",
    gradient: "g * select(select(v / 3.0 + 0.5, vec4f(1.0), v >= vec4f(3.0)), vec4f(), v <= vec4f(-3.0))",
  },
  gelu: {
    given: `
  let e = exp(-0.5 * v * v);
  let share = normal_share(v, e);`,
    value: "v * share",
    gradient: "g * (share + v * 0.39894228 * e)",
  },
  sigmoid: { given: "let s = sigmoid(v);", value: "s", gradient: "g * s * (1.0 - s)" },
  hardsigmoid: {
    value: "select(clamp(v / 6.0 + 0.5, vec4f(), vec4f(1.0)), v, is_nan(v))",
    gradient: "select(vec4f(), g / 6.0, abs(v) < vec4f(3.0))",
  },
};

/**
 * WGSL: `activated(v)`, and `graded(g, v)`, the gradient of v from that of activated(v), for four values each.
 * GELU's share of the normal distribution below v, (1 + erf(v / sqrt(2))) / 2, is by Abramowitz and Stegun 7.1.26,
 * which is off by at most 7.5e-8; `e` is exp(-v^2 / 2).
 */
export function activation(kind: Activation): string {
  const { given = "", value, gradient } = formulas[kind];
  return `
${nanSafe}
${rectified}
fn sigmoid(v: vec4f) -> vec4f { return 1.0 / (1.0 + exp4(-v)); }
fn normal_share(v: vec4f, e: vec4f) -> vec4f {
  let t = 1.0 / (1.0 + 0.23164189 * abs(v));
  let series = 0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)));
  let beyond = 0.5 * t * series * e;
  return select(beyond, 1.0 - beyond, v >= vec4f());
}
fn activated(v: vec4f) -> vec4f {
  ${given}
  return ${value};
}
fn graded(g: vec4f, v: vec4f) -> vec4f {
  ${given}
  return ${gradient};
}`;
}
