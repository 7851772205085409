/** Fonts for what Inter lacks, each loaded when a text needs it. */
import type { Face } from "./font.ts";

/** A font, where it is, and what it is asked for. */
export interface FallbackFont {
  /** Its file in its npm package. */
  readonly file: string;
  readonly family: string;
  readonly rightToLeft: boolean;
  readonly covers: RegExp;
  /** True if letters join or become others beside each other, so that a line has to be measured as one. */
  readonly joins: boolean;
}

const inPackage = (
  name: string,
  family: string,
  covers: RegExp,
  { rightToLeft = false, joins = false } = {},
): FallbackFont => ({
  file: `@expo-google-fonts/${name}/400Regular/${family.replaceAll(" ", "")}_400Regular.ttf`,
  family,
  covers,
  rightToLeft,
  joins,
});

const JAPANESE =
  /\p{Script=Han}|\p{Script_Extensions=Hiragana}|\p{Script_Extensions=Katakana}|[\u3000-\u303f\uff00-\uffef]/u;

/** The fonts, in the order in which they are asked: for ideographs a Japanese one, then a Chinese one. */
export const fallbackFonts: readonly FallbackFont[] = [
  inPackage("noto-sans-arabic", "Noto Sans Arabic", /\p{Script_Extensions=Arabic}/u, {
    rightToLeft: true,
    joins: true,
  }),
  inPackage("noto-sans-hebrew", "Noto Sans Hebrew", /\p{Script_Extensions=Hebrew}/u, { rightToLeft: true }),
  inPackage("noto-sans-devanagari", "Noto Sans Devanagari", /\p{Script_Extensions=Devanagari}/u, {
    joins: true,
  }),
  inPackage("noto-sans-thai", "Noto Sans Thai", /\p{Script_Extensions=Thai}/u, { joins: true }),
  inPackage("nanum-gothic", "NanumGothic", /\p{Script_Extensions=Hangul}/u),
  inPackage("biz-udpgothic", "BIZ UDPGothic", JAPANESE),
  inPackage("zcool-xiaowei", "ZCOOL XiaoWei", /\p{Script=Han}/u),
  inPackage("noto-emoji", "Noto Emoji", /\p{Emoji}/u, { joins: true }),
];

/**
 * The fonts that texts need beyond the main one, in the order of {@link fallbackFonts}. Characters that none has are
 * drawn as boxes.
 *
 * @param load gives a font's face; called only for fonts that may have a missing character
 */
export async function fontsFor(
  texts: readonly string[],
  main: Face,
  load: (font: FallbackFont) => Promise<Face>,
): Promise<Face[]> {
  let missing = [...new Set(texts.join(""))].filter((letter) => main.advance(letter) === undefined);
  const needed: Face[] = [];
  for (const font of fallbackFonts) {
    if (!missing.some((letter) => font.covers.test(letter))) continue;
    const face = await load(font);
    const left = missing.filter((letter) => face.advance(letter) === undefined);
    if (left.length < missing.length) needed.push(face);
    missing = left;
  }
  return needed;
}
