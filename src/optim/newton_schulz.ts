/**
 * The matrix nearest to a given one whose singular values are about 1, by the quintic Newton-Schulz iteration (Jordan et
 * al. 2024, "Muon"): from x / |x|, each step takes x to x (a + b A + c A^2) with A = x^T x.
 *
 * All these polynomials are functions of the first A and commute with it, so the steps run on the smaller of the Gram
 * matrices: q = a + b A + c A^2, and A becomes q A q. The product of the q meets x after the second step, where A is
 * made anew, because a step takes the rounding of A's small eigenvalues times 12, and at the end. For a filter [3, 3, C,
 * C] this takes half the operations of products of x itself, and rounds no worse.
 */
import { muonNorm, muonPolynomial, muonScale } from "../../kernels/muon.ts";
import { kernel } from "../core/kernel.ts";
import { empty, type Tensor } from "../core/tensor.ts";
import { gramOfColumns, gramOfRows, matmul } from "../ops/matrices.ts";

const normOf = kernel("muon_norm", muonNorm);
const scale = kernel("muon_scale", muonScale);
const polynomial = kernel("muon_polynomial", muonPolynomial);

/** The Gram matrix is made anew after the second of so many steps. */
const RENEWAL = 3;

/** How the iteration runs. */
export interface NewtonSchulzOptions {
  readonly coefficients: readonly [a: number, b: number, c: number];
  readonly steps: number;
  /** The least norm that x is divided by. */
  readonly eps: number;
}

/** A matrix, in two factors. */
export interface Orthogonalized {
  /** [rows, columns] */
  readonly direction: Tensor;
  /** [1], what it is still to be multiplied with: 1 / |x|. */
  readonly inverse: Tensor;
}

/** Encodes orthogonalising x [rows, columns], f32, multiples of 4. */
export function newtonSchulz(x: Tensor, { coefficients, steps, eps }: NewtonSchulzOptions): Orthogonalized {
  const { device, shape: [rows, columns] } = x, isTall = rows >= columns, side = Math.min(rows, columns);
  const gramOf = isTall ? gramOfColumns : gramOfRows;
  const apply = (q: Tensor, to: Tensor) => isTall ? matmul(to, q) : matmul(q, to);
  const first = gramOf(x); // [side, side]
  const inverse = empty(device, [1], "f32", "inverse norm");
  normOf.run({ gram: first, inverse }, { side, eps });
  const normalized = (gram: Tensor) => {
    const scaled = gram.like("gram of the normalised matrix");
    scale.run({ inverse, gram, scaled }, { side });
    return scaled;
  };
  let gram = normalized(first), direction = x, all: Tensor | undefined;
  for (let step = 1; step <= steps; step++) {
    const q = gram.like("polynomial of gram");
    polynomial.run({ gram, square: matmul(gram, gram), q }, { side, coefficients });
    all = all ? matmul(all, q) : q;
    if (step === steps || step % RENEWAL === 2) {
      direction = apply(all, direction);
      all = undefined;
      if (step < steps) gram = normalized(gramOf(direction));
    } else gram = matmul(matmul(q, gram), q);
  }
  return { direction, inverse };
}
