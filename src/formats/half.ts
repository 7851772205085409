/**
 * 16-bit floats by their bits: IEEE binary16 ("F16") and bfloat16 ("BF16", the upper half of a float32). Implemented
 * here because not every runtime has Float16Array. Source: IEEE 754-2019, 3.4.
 */

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The number encoded by the binary16 pattern `bits` (0 .. 65535); exact, including subnormals and NaN. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The number encoded by the bfloat16 pattern `bits` (0 .. 65535); exact. */
export function fromBfloat16(bits: number): number {
  word[0] = bits << 16;
  return float[0];
}

/**
 * The binary16 pattern (0 .. 65535) nearest to `value` as a float32, ties to even; infinite from 65520 on. Half a
 * step and the even bit are added to the pattern, so that rounding up carries into the exponent; below 2^-14, where
 * steps are 2^-24, adding 0.5 makes float32 itself round to such a step.
 */
export function toFloat16(value: number): number {
  float[0] = value;
  const sign = word[0] >>> 16 & 0x8000, magnitude = word[0] & 0x7fffffff;
  if (magnitude > 0x7f800000) return 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    return sign | (magnitude - 0x38000000 + 0xfff + (magnitude >>> 13 & 1)) >>> 13;
  }
  float[0] = Math.abs(float[0]) + 0.5;
  return sign | (word[0] - 0x3f000000);
}
