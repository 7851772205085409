/** What a finished drawing consists of, read back from its SVG: lines of text with the boxes that they cover. */
import { assert } from "@std/assert";
import { loadPlotting } from "../../src/host/deno_plots.ts";
import type { Drawing } from "../../src/plots/svg.ts";

/** Font and renderer, as the command line has them. */
export const { font, png } = await loadPlotting([]);

/** A line of text and the box that it covers. */
export interface TextBox {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** All texts of a drawing with their boxes, by the font's widths; those upright are turned. */
export function textBoxes({ svg }: Drawing): TextBox[] {
  const texts = /<text ([^>]*)>(?:<title>[^<]*<\/title>)?((?:[^<]|<\/?tspan[^>]*>)*)<\/text>/g;
  return [...svg.matchAll(texts)].map(
    ([, given, inside]) => {
      const of = (name: string) => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(given)?.[1];
      const text = unescape(inside.replace(/<[^>]*>/g, "")),
        size = Number(of("font-size")),
        width = font.width(text, size);
      const anchor = of("text-anchor") ?? "start", x = Number(of("x")), y = Number(of("y"));
      const before = anchor === "middle" ? width / 2 : anchor === "end" ? width : 0;
      const turned = of("transform") !== undefined;
      if (turned) assert(of("transform") === `rotate(-90 ${x} ${y})`, of("transform"));
      return turned
        ? { text, left: x - .73 * size, right: x + .24 * size, top: y - width + before, bottom: y + before }
        : { text, left: x - before, right: x + width - before, top: y - .73 * size, bottom: y + .24 * size };
    },
  );
}

/** Fails unless all texts lie inside the drawing and no two cover each other. */
export function assertLegible(drawing: Drawing): TextBox[] {
  const boxes = textBoxes(drawing);
  for (const { text, left, right, top, bottom } of boxes) {
    const inside = left >= 0 && top >= 0 && right <= drawing.width && bottom <= drawing.height;
    assert(inside, `"${text}" at ${[left, right, top, bottom]} leaves ${drawing.width} x ${drawing.height}`);
  }
  const slack = .5;
  const sorted = boxes.toSorted((a, b) => a.left - b.left);
  for (const [i, a] of sorted.entries()) {
    for (let j = i + 1; j < sorted.length && sorted[j].left < a.right - slack; j++) {
      const b = sorted[j];
      const apart = b.top >= a.bottom - slack || a.top >= b.bottom - slack;
      assert(apart, `"${a.text}" and "${b.text}" cover each other`);
    }
  }
  return boxes;
}

/** How many elements of a kind there are, such as "rect". */
export function count({ svg }: Drawing, name: string): number {
  return svg.split(`<${name} `).length - 1;
}

/** Class names for the tests of plots, short and long, some of them hostile. */
export function classNames(classes: number, kind: "numbers" | "long"): string[] {
  const long = [
    "<script>alert(1)</script>",
    'A & B "quoted"',
    "Ein außerordentlich langer Klassenname ohne Ende und ohne Not",
    "собака",
    "背番号",
    "",
  ];
  return Array.from(
    { length: classes },
    (_, i) => kind === "numbers" ? String(i) : `${long[i % long.length]} ${i < 3 ? "" : i}`,
  );
}

function unescape(text: string): string {
  const names: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name) => names[name]);
}
