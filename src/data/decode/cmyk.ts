/** As in Pillow's Convert.c, without a colour profile. */
export function cmykToRgb(data: ArrayLike<number>): Uint8Array {
  const rgb = new Uint8Array(data.length / 4 * 3);
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    const paper = 255 - data[from + 3];
    for (let c = 0; c < 3; c++) {
      const product = data[from + c] * paper + 128;
      rgb[to + c] = paper - (((product >> 8) + product) >> 8);
    }
  }
  return rgb;
}
