/**
 * libjpeg's accurate integer DCT and its inverse on blocks of 8 x 8 (jfdctint.c, jidctint.c: Loeffler, Ligtenberg and
 * Moschytz 1989, 11 multiplications a row), bit for bit. All values fit 32-bit integers.
 */

const CONST_BITS = 13;
const PASS1_BITS = 2;

// Multiples of 2^13, under libjpeg's names.
const FIX_0_298631336 = 2446, FIX_0_390180644 = 3196, FIX_0_541196100 = 4433, FIX_0_765366865 = 6270;
const FIX_0_899976223 = 7373, FIX_1_175875602 = 9633, FIX_1_501321110 = 12299, FIX_1_847759065 = 15137;
const FIX_1_961570560 = 16069, FIX_2_053119869 = 16819, FIX_2_562915447 = 20995, FIX_3_072711026 = 25172;

/** value / 2^bits, rounded half up. */
function descale(value: number, bits: number): number {
  return (value + (1 << (bits - 1))) >> bits;
}

/** The DCT of `block` [64], samples less 128, in place; results are 8 times those of the orthonormal DCT. */
export function forwardDct(block: Int32Array): void {
  for (let row = 0; row < 64; row += 8) forwardPass(block, row, 1, true);
  for (let column = 0; column < 8; column++) forwardPass(block, column, 8, false);
}

function forwardPass(d: Int32Array, at: number, step: number, first: boolean): void {
  const i1 = at + step, i2 = i1 + step, i3 = i2 + step, i4 = i3 + step, i5 = i4 + step, i6 = i5 + step;
  const i7 = i6 + step;
  const bits = first ? CONST_BITS - PASS1_BITS : CONST_BITS + PASS1_BITS;
  let tmp4 = d[i3] - d[i4], tmp5 = d[i2] - d[i5], tmp6 = d[i1] - d[i6], tmp7 = d[at] - d[i7];
  const tmp0 = d[at] + d[i7], tmp1 = d[i1] + d[i6], tmp2 = d[i2] + d[i5], tmp3 = d[i3] + d[i4];
  const tmp10 = tmp0 + tmp3, tmp13 = tmp0 - tmp3, tmp11 = tmp1 + tmp2, tmp12 = tmp1 - tmp2;
  d[at] = first ? (tmp10 + tmp11) << PASS1_BITS : descale(tmp10 + tmp11, PASS1_BITS);
  d[i4] = first ? (tmp10 - tmp11) << PASS1_BITS : descale(tmp10 - tmp11, PASS1_BITS);
  const even = (tmp12 + tmp13) * FIX_0_541196100;
  d[i2] = descale(even + tmp13 * FIX_0_765366865, bits);
  d[i6] = descale(even - tmp12 * FIX_1_847759065, bits);

  const z5 = (tmp4 + tmp6 + tmp5 + tmp7) * FIX_1_175875602;
  const z1 = -(tmp4 + tmp7) * FIX_0_899976223, z2 = -(tmp5 + tmp6) * FIX_2_562915447;
  const z3 = z5 - (tmp4 + tmp6) * FIX_1_961570560, z4 = z5 - (tmp5 + tmp7) * FIX_0_390180644;
  tmp4 *= FIX_0_298631336;
  tmp5 *= FIX_2_053119869;
  tmp6 *= FIX_3_072711026;
  tmp7 *= FIX_1_501321110;
  d[i7] = descale(tmp4 + z1 + z3, bits);
  d[i5] = descale(tmp5 + z2 + z4, bits);
  d[i3] = descale(tmp6 + z2 + z3, bits);
  d[i1] = descale(tmp7 + z1 + z4, bits);
}

/** The inverse DCT of `block` [64], in place: samples less 128, not yet clipped. */
export function inverseDct(block: Int32Array): void {
  for (let column = 0; column < 8; column++) inversePass(block, column, 8, CONST_BITS - PASS1_BITS);
  for (let row = 0; row < 64; row += 8) inversePass(block, row, 1, CONST_BITS + PASS1_BITS + 3);
}

function inversePass(d: Int32Array, at: number, step: number, bits: number): void {
  const i1 = at + step, i2 = i1 + step, i3 = i2 + step, i4 = i3 + step, i5 = i4 + step, i6 = i5 + step;
  const i7 = i6 + step;
  const even = (d[i2] + d[i6]) * FIX_0_541196100;
  const low = even - d[i6] * FIX_1_847759065, high = even + d[i2] * FIX_0_765366865;
  const sum = (d[at] + d[i4]) << CONST_BITS, rest = (d[at] - d[i4]) << CONST_BITS;
  const tmp10 = sum + high, tmp13 = sum - high, tmp11 = rest + low, tmp12 = rest - low;

  let tmp0 = d[i7], tmp1 = d[i5], tmp2 = d[i3], tmp3 = d[i1];
  const z5 = (tmp0 + tmp2 + tmp1 + tmp3) * FIX_1_175875602;
  const z1 = -(tmp0 + tmp3) * FIX_0_899976223, z2 = -(tmp1 + tmp2) * FIX_2_562915447;
  const z3 = z5 - (tmp0 + tmp2) * FIX_1_961570560, z4 = z5 - (tmp1 + tmp3) * FIX_0_390180644;
  tmp0 = tmp0 * FIX_0_298631336 + z1 + z3;
  tmp1 = tmp1 * FIX_2_053119869 + z2 + z4;
  tmp2 = tmp2 * FIX_3_072711026 + z2 + z3;
  tmp3 = tmp3 * FIX_1_501321110 + z1 + z4;
  d[at] = descale(tmp10 + tmp3, bits);
  d[i7] = descale(tmp10 - tmp3, bits);
  d[i1] = descale(tmp11 + tmp2, bits);
  d[i6] = descale(tmp11 - tmp2, bits);
  d[i2] = descale(tmp12 + tmp1, bits);
  d[i5] = descale(tmp12 - tmp1, bits);
  d[i3] = descale(tmp13 + tmp0, bits);
  d[i4] = descale(tmp13 - tmp0, bits);
}
