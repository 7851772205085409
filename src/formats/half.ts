/**
 * 16-bit floats by their bits: IEEE binary16 ("F16") and bfloat16 ("BF16", the upper half of a float32). Written
 * out, since not every runtime that the library meets has Float16Array. Source: IEEE 754-2019, 3.4.
 */

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The number that the binary16 pattern `bits` (0 .. 65535) stands for; exact, subnormals and NaN included. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The number that the bfloat16 pattern `bits` (0 .. 65535) stands for; exact. */
export function fromBfloat16(bits: number): number {
  word[0] = bits << 16;
  return float[0];
}
