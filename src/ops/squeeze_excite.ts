import { activationDgrad } from "../../kernels/activation_dgrad.ts";
import { activationForward } from "../../kernels/activation_forward.ts";
import { channelScale } from "../../kernels/channel_scale.ts";
import { channelScaleDgate } from "../../kernels/channel_scale_dgate.ts";
import { channelScaleDgrad } from "../../kernels/channel_scale_dgrad.ts";
import { globalAvgPoolForward } from "../../kernels/global_avg_pool_forward.ts";
import { formatShape } from "../base/shape.ts";
import { kernel } from "../core/kernel.ts";
import { gradientFor, record } from "../core/tape.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import type { Activation } from "./activate.ts";
import { elementType, imageShape, requireShape } from "./checks.ts";
import { type MatrixProduct, matrixProduct } from "./products.ts";

const pool = kernel("squeeze_excite_pool", globalAvgPoolForward);
const activated = kernel("squeeze_excite_activation", activationForward);
const graded = kernel("squeeze_excite_activation_dgrad", activationDgrad);
const scaled = kernel("squeeze_excite_scale", channelScale);
const dgate = kernel("squeeze_excite_dgate", channelScaleDgate);
const dgrad = kernel("squeeze_excite_dgrad", channelScaleDgrad);
const products = matrixProduct("squeeze_excite");

/** The parameters: matrices of x's type, and biases in f32. S is the number of channels between. */
export interface SqueezeExciteTensors {
  /** [1, 1, C, S] and [S] */
  readonly squeeze: Tensor;
  readonly squeezeBias: Tensor;
  /** [1, 1, S, C] and [C] */
  readonly excite: Tensor;
  readonly exciteBias: Tensor;
}

/** What follows each of the two products. */
export interface SqueezeExciteOptions {
  readonly activation: Activation;
  readonly gate: Activation;
}

/**
 * y = x * gate(activation(mean(x) squeeze + b) excite + b), the mean over all pixels, a factor for each channel of an
 * image (torchvision.ops.SqueezeExcitation). Saves x and the vectors between, [N, C] and [N, S].
 * @param x [N, H, W, C] with C a multiple of 4
 * @throws TypeError if the shapes or types do not fit
 */
export function squeezeExcite(
  x: Tensor,
  tensors: SqueezeExciteTensors,
  { activation, gate }: SqueezeExciteOptions,
): Tensor {
  const type = elementType("squeeze_excite", x);
  const { n, h, w, c } = imageShape("squeeze_excite", "x", x);
  const { squeeze, squeezeBias, excite, exciteBias } = tensors, [s] = squeezeBias.shape;
  requireFit(x, tensors);
  const row = (columns: number, label: string) => empty(x.device, [n, columns], x.dtype, label);
  const image = { type, pixels: h * w, channels: c, gate };
  const inner = { type, count: n * s, kind: activation };
  const down: MatrixProduct = { type, rows: n, channels: c, outputs: s };
  const up: MatrixProduct = { type, rows: n, channels: s, outputs: c };

  const mean = row(c, "squeeze_excite mean"), u = row(s, "squeeze_excite squeezed");
  const hidden = row(s, "squeeze_excite activated"), v = row(c, "squeeze_excite excited");
  pool.run({ x, y: mean }, { ...image, count: mean.size });
  products.forward({ x: mean, w: squeeze, y: u, bias: squeezeBias }, down);
  activated.run({ x: u, y: hidden }, inner);
  products.forward({ x: hidden, w: excite, y: v, bias: exciteBias }, up);
  const y = x.like("squeeze_excite");
  scaled.run({ x, v, y }, { ...image, count: y.size });

  return record("squeeze_excite", [x, squeeze, squeezeBias, excite, exciteBias], y, (dy) => {
    let gradients: { du: Tensor; dv: Tensor } | undefined;
    const inside = () => {
      if (gradients) return gradients;
      const dv = v.like("d excited"), du = u.like("d squeezed"), dhidden = hidden.like("d activated");
      dgate.run({ x, dy, v, dv }, { ...image, count: dv.size });
      products.dx({ dy: dv, w: excite, dx: dhidden }, up);
      graded.run({ x: u, dy: dhidden, dx: du }, inner);
      return gradients = { du, dv };
    };
    return [
      () => {
        const dx = gradientFor(x), dpool = mean.like("d mean");
        products.dx({ dy: inside().du, w: squeeze, dx: dpool }, down);
        dgrad.run({ dy, v, dpool, dx }, { ...image, count: dx.size });
        return dx;
      },
      () => products.dw({ x: mean, dy: inside().du, w: squeeze }, down),
      () => products.db({ dy: inside().du, b: squeezeBias }),
      () => products.dw({ x: hidden, dy: inside().dv, w: excite }, up),
      () => products.db({ dy: inside().dv, b: exciteBias }),
    ];
  });
}

/** @throws TypeError unless the parameters fit x and each other */
function requireFit(x: Tensor, tensors: SqueezeExciteTensors): void {
  const { squeeze, squeezeBias: { shape: [s] }, excite, exciteBias } = tensors, c = x.shape[3];
  requireShape("squeeze_excite", "squeeze", squeeze, "[1, 1, C, S]", [1, 1, c, s]);
  requireShape("squeeze_excite", "excite", excite, "[1, 1, S, C]", [1, 1, s, c]);
  requireShape("squeeze_excite", "exciteBias", exciteBias, "[C]", [c]);
  const odd = Object.entries(tensors).find(([name, { dtype }]) =>
    dtype !== (/Bias$/.test(name) ? "f32" : x.dtype)
  );
  if (odd) {
    throw new TypeError(
      `Cannot run squeeze_excite: matrices must have the type of x ${
        formatShape(x.shape)
      } ${x.dtype}, biases f32; ` +
        `${odd[0]} is ${odd[1].dtype}`,
    );
  }
}
