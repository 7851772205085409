import { assert } from "@std/assert";
import { blues, inkOnBlues } from "../../src/plots/colors.ts";

/** Contrast of two colours by WCAG 2.2, success criterion 1.4.3. */
function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const c = parseInt(color.slice(at, at + 2), 16) / 255;
      return c <= .04045 ? c / 12.92 : Math.pow((c + .055) / 1.055, 2.4);
    });
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + .05) / (dark + .05);
}

Deno.test("numbers stand out from every shade of blue", () => {
  for (let i = 0; i <= 1000; i++) {
    const value = contrast(blues(i / 1000), inkOnBlues(i / 1000));
    assert(value >= 4.5, `${value} at ${i / 1000}`);
  }
});

Deno.test("blues() gets darker from end to end", () => {
  const lightness = Array.from({ length: 101 }, (_, i) => contrast(blues(i / 100), "#000000"));
  for (let i = 1; i < lightness.length; i++) assert(lightness[i] < lightness[i - 1], `${i}`);
});
