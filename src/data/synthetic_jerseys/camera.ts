/** Camera effects: blur, uneven light, noise. Pixels are floats 0 .. 255, [size, size, 3]. */
import type { Rng } from "../../base/rng.ts";
import type { Picture } from "../types.ts";

/** Blurs in place with a Gaussian of `sigma` pixels; edges are repeated. */
export function blur(pixels: Float32Array, size: number, sigma: number): void {
  const radius = Math.max(1, Math.ceil(sigma * 2.5));
  const kernel = Float64Array.from(
    { length: 2 * radius + 1 },
    (_, i) => Math.exp(-0.5 * ((i - radius) / sigma) ** 2),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  kernel.forEach((weight, i) => kernel[i] = weight / sum);
  const line = new Float64Array((size + 2 * radius) * 3);
  for (let row = 0; row < size; row++) blurLine(pixels, row * size * 3, 3, size, kernel, line);
  for (let column = 0; column < size; column++) blurLine(pixels, column * 3, size * 3, size, kernel, line);
}

/** Blurs `count` pixels from `start`, `step` values apart; `line` is scratch for them and a margin on both sides. */
function blurLine(
  pixels: Float32Array,
  start: number,
  step: number,
  count: number,
  kernel: Float64Array,
  line: Float64Array,
): void {
  const radius = (kernel.length - 1) / 2;
  for (let i = 0; i < count + 2 * radius; i++) {
    const from = start + Math.min(count - 1, Math.max(0, i - radius)) * step;
    for (let c = 0; c < 3; c++) line[i * 3 + c] = pixels[from + c];
  }
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      for (let k = 0; k < kernel.length; k++) sum += kernel[k] * line[(i + k) * 3 + c];
      pixels[start + i * step + c] = sum;
    }
  }
}

/** An approximately normal number of mean 0 and deviation 1 from the four bytes of one random word. */
function roughNormal(word: number): number {
  return ((word & 255) + (word >>> 8 & 255) + (word >>> 16 & 255) + (word >>> 24) - 510) / 147.8;
}

/** Applies light falloff, exposure, a colour cast and noise, then quantises to 8 bits. */
export function toPicture(pixels: Float32Array, size: number, rng: Rng, difficulty: number): Picture {
  const around = (spread: number) => 1 + spread * difficulty * rng.uniform(-1, 1);
  const exposure = around(0.2), slopeX = around(0.15) - 1, slopeY = around(0.2) - 1;
  const cast = [around(0.07), around(0.04), around(0.07)];
  const lift = rng.uniform(0, 22) * difficulty;
  const noise = rng.uniform(0.8, 2 + 6 * difficulty), chroma = noise * 0.5;
  const data = new Uint8Array(size * size * 3);
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at += 3) {
      const light = exposure + slopeX * (2 * x / size - 1) + slopeY * (2 * y / size - 1);
      const grain = noise * roughNormal(rng.uint32());
      const tint = chroma * roughNormal(rng.uint32());
      for (let c = 0; c < 3; c++) {
        const clean = lift + (pixels[at + c] * light * cast[c] * (255 - lift)) / 255;
        data[at + c] = Math.min(255, Math.max(0, Math.round(clean + grain + (c - 1) * tint)));
      }
    }
  }
  return { width: size, height: size, data };
}
