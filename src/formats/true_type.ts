/**
 * The part of a TrueType or OpenType font that text layout needs: the width of each character. Reads the tables head,
 * hhea, hmtx and cmap (formats 4 and 12); no outlines, no kerning (OpenType specification 1.9, chapters of those
 * names).
 */

/** Advance widths of a font. */
export interface FontMetrics {
  /** The width of a character as a fraction of the font size, or undefined if the font has no glyph for it. */
  advance(codePoint: number): number | undefined;
}

/** Maps a code point to a glyph; 0 is the missing glyph. */
type GlyphMap = (codePoint: number) => number;

/** Reads a font file. @throws SyntaxError if it is not such a font or is truncated */
export function readTrueType(bytes: Uint8Array): FontMetrics {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const table = (name: string) => findTable(view, name);
    const unitsPerEm = view.getUint16(table("head") + 18);
    const metrics = view.getUint16(table("hhea") + 34);
    const widths = table("hmtx"), glyphOf = characterMap(view, table("cmap"));
    return {
      advance(codePoint) {
        const glyph = glyphOf(codePoint);
        if (glyph === 0) return undefined;
        return view.getUint16(widths + 4 * Math.min(glyph, metrics - 1)) / unitsPerEm;
      },
    };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new SyntaxError("Cannot read font: it is truncated", { cause });
  }
}

/** The offset of a table. */
function findTable(view: DataView, name: string): number {
  const version = view.getUint32(0);
  if (version !== 0x00010000 && version !== 0x4f54544f) {
    throw new SyntaxError("Cannot read font: it is neither TrueType nor OpenType");
  }
  for (let i = 0, at = 12; i < view.getUint16(4); i++, at += 16) {
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((letter) => view.getUint8(at + letter)));
    if (tag === name) return view.getUint32(at + 8);
  }
  throw new SyntaxError(`Cannot read font: it has no table ${name}`);
}

/** The font's widest Unicode map. */
function characterMap(view: DataView, start: number): GlyphMap {
  const maps = new Map<number, number>();
  for (let i = 0, at = start + 4; i < view.getUint16(start + 2); i++, at += 8) {
    const platform = view.getUint16(at), offset = start + view.getUint32(at + 4);
    if (platform === 0 || platform === 3) maps.set(view.getUint16(offset), offset);
  }
  const groups = maps.get(12), segments = maps.get(4);
  if (groups !== undefined) return groupMap(view, groups);
  if (segments !== undefined) return segmentMap(view, segments);
  throw new SyntaxError("Cannot read font: it has no Unicode character map of format 4 or 12");
}

/** Format 12: groups of (first character, last, glyph of the first). */
function groupMap(view: DataView, start: number): GlyphMap {
  const count = view.getUint32(start + 12);
  return (codePoint) => {
    for (let i = 0, at = start + 16; i < count; i++, at += 12) {
      if (codePoint > view.getUint32(at + 4)) continue;
      const first = view.getUint32(at);
      return codePoint < first ? 0 : view.getUint32(at + 8) + codePoint - first;
    }
    return 0;
  };
}

/** Format 4: segments of (last character, first, delta, offset into the glyph array), each in an array of its own. */
function segmentMap(view: DataView, start: number): GlyphMap {
  const bytes = view.getUint16(start + 6);
  const ends = start + 14, starts = ends + bytes + 2, deltas = starts + bytes, offsets = deltas + bytes;
  return (codePoint) => {
    for (let i = 0; i < bytes; i += 2) {
      if (codePoint > view.getUint16(ends + i)) continue;
      const first = view.getUint16(starts + i);
      if (codePoint < first) return 0;
      const delta = view.getUint16(deltas + i), offset = view.getUint16(offsets + i);
      if (offset === 0) return (codePoint + delta) & 0xffff;
      const glyph = view.getUint16(offsets + i + offset + 2 * (codePoint - first));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}
