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

/** The binary16 pattern (0 .. 65535) nearest to `value`, ties to the even one; beyond 65519 it is infinite. */
export function toFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  // Below 2^-14 numbers are multiples of 2^-24; above, 1024 steps lie between two powers of two. Adding a step of
  // a half to fractions that round up to 2048 carries into the exponent by itself.
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude || 1e-30)));
  const exact = magnitude >= 2 ** (exponent + 1)
    ? exponent + 1
    : magnitude < 2 ** exponent
    ? Math.max(-14, exponent - 1)
    : exponent;
  const steps = roundHalfEven(magnitude / 2 ** (exact - 10));
  return sign | (steps + ((exact + 14) << 10));
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value), rest = value - floor;
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}
