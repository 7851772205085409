/** What is lost, in words. */
import type { CropSummary } from "../../../src/data/transforms/crop_loss.ts";
import type { ImageLoss, MixedWith } from "../../protocol/sees_calls.ts";

/** A share from which on it is worth a word. */
const WORTH = 0.005;

/** "12 %"; of little and of nearly all, one more digit, so that only none is 0 % and only all is 100 %. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value > 0 && value < 0.05) return "under 0.1 %";
  if (value > 99.95 && value < 100) return "99.9 %";
  const isClose = value > 0 && value < 1 || value > 99 && value < 100;
  return `${isClose ? value.toFixed(1) : Math.round(value)} %`;
}

/** "left 12 %, right 12 % are cut off" */
export function lossInWords({ left, right, top, bottom, beside }: ImageLoss): string {
  const sides = Object.entries({ left, right, top, bottom }).filter(([, share]) => share >= WORTH);
  const lost = sides.map(([side, share]) => `${side} ${percent(share)}`).join(", ");
  const cut = lost === ""
    ? "Nothing is cut off"
    : `${capital(lost)} ${sides.length === 1 ? "is" : "are"} cut off`;
  return beside < WORTH
    ? cut
    : `${cut}; ${percent(beside)} of what the network gets is black, beside the image`;
}

/** How the image's pixels become the network's. */
export function scaleInWords({ width, height, perPixel: [across, down] }: ImageLoss): string {
  const size = `${width} x ${height} pixels`;
  const [least, most] = [across, down].toSorted((a, b) => a - b);
  if (most > 1.05 * least) {
    const wider = across < down ? "wide" : "high";
    return `${size}, ${scaledBy(Math.sqrt(across * down))} and made ${
      (most / least).toFixed(1)
    } times as ${wider}`;
  }
  return `${size}, ${scaledBy(across)}`;
}

function scaledBy(perPixel: number): string {
  if (perPixel > 1.05) return `shrunk ${perPixel.toFixed(1)} times`;
  return perPixel < 0.95 ? `enlarged ${(1 / perPixel).toFixed(1)} times` : "as large as it is";
}

/** "and 30 % of 10" */
export function mixInWords({ className, share }: MixedWith): string {
  if (share === 1) return "not mixed";
  return `and ${percent(1 - share).replace(" ", "\u00a0")} of ${className}`;
}

/** The share of images of which more than a tenth of a side is lost. */
export function shareLosing({ images, ...counts }: CropSummary, side: "width" | "height"): number {
  const losing = counts[side].slice(2).reduce((sum, count) => sum + count, 0);
  return images === 0 ? 0 : losing / images;
}

/** The dataset in a sentence. */
export function cropsInWords(summary: CropSummary): string {
  const sides = (["width", "height"] as const).flatMap((side) => {
    const share = shareLosing(summary, side);
    return share === 0 ? [] : [`on ${percent(share)} of the images more than 10 % of the ${side} is lost`];
  });
  const words = sides.length === 0 ? "on no image more than 10 % of a side is lost" : sides.join(", ");
  return `${capital(words)}.`;
}

function capital(words: string): string {
  return words[0].toUpperCase() + words.slice(1);
}
