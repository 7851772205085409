/** What the page draws: a strip of images, and the curve of the loss. */
import type { Picture } from "../../mod.ts";

/** Fills a canvas with square images, in two rows. */
export function drawPictures(canvas: HTMLCanvasElement, pictures: readonly Picture[]): void {
  const { width: side } = pictures[0];
  const columns = canvas.width / side;
  const context = canvas.getContext("2d")!;
  pictures.forEach(({ width, height, data }, i) => {
    const image = new ImageData(width, height);
    for (let pixel = 0; pixel < width * height; pixel++) {
      image.data.set([...data.subarray(3 * pixel, 3 * pixel + 3), 255], 4 * pixel);
    }
    context.putImageData(image, (i % columns) * side, Math.floor(i / columns) * side);
  });
}

const LEFT = 34, RIGHT = 590, TOP = 12, BOTTOM = 172;

/** The contents of an SVG chart of 600 x 200: losses by step, from 0 up, `total` steps wide. */
export function lossCurve(losses: readonly number[], total: number): string {
  const top = Math.max(1, Math.ceil(Math.max(...losses, 0) * 2) / 2);
  const x = (step: number) => LEFT + (RIGHT - LEFT) * (total > 1 ? (step - 1) / (total - 1) : 0.5);
  const y = (loss: number) => BOTTOM - (BOTTOM - TOP) * loss / top;
  const lines = [0, top / 2, top].map((loss) =>
    `<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${y(loss)}" y2="${y(loss)}"/>` +
    `<text x="${LEFT - 6}" y="${y(loss) + 4}" text-anchor="end">${Number(loss.toFixed(2))}</text>`
  );
  const points = losses.map((loss, i) => `${x(i + 1).toFixed(1)},${y(loss).toFixed(1)}`);
  const [cx, cy] = points.at(-1)?.split(",") ?? [];
  const curve = cx
    ? `<polyline class="curve" points="${
      points.join(" ")
    }"/><circle class="point" cx="${cx}" cy="${cy}" r="3.5"/>`
    : "";
  const axis =
    `<text x="${LEFT}" y="192">step 1</text><text x="${RIGHT}" y="192" text-anchor="end">step ${total}</text>`;
  return lines.join("") + axis + curve;
}
