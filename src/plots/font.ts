/** Fonts as layout needs them: a main face and others for the characters that it lacks. */
import { readTrueType } from "../formats/true_type.ts";

/** One font file. */
export interface Face {
  readonly bytes: Uint8Array;
  /** The family that a drawing names it by. */
  readonly family: string;
  readonly rightToLeft?: boolean;
  /** The width of a character as a fraction of the font size, or undefined if the font lacks it. */
  advance(letter: string): number | undefined;
  /** Where letters join or become others beside each other: the width of a line, likewise. */
  shaped?(text: string): number;
}

/** Text of one face. */
export interface Run {
  readonly text: string;
  /** Undefined for the main face. */
  readonly family: string | undefined;
  /** As a fraction of the font size. */
  readonly width: number;
}

/** A font for layout. */
export interface Font {
  readonly family: string;
  /** The width of a line of text at a font size, in the size's unit. */
  width(text: string, size: number): number;
  /** The runs of a line of text from left to right, of one part after the other. */
  runs(parts: readonly string[]): Run[];
}

/** The width of a character that no font has: viewers substitute another font, in which ideographs are square. */
const MISSING_WIDTH = 1;

/** Opens a TrueType file. Characters that are never visible, such as joiners, have no width. @throws SyntaxError */
export function openFace(bytes: Uint8Array, family: string, rightToLeft = false): Face {
  const { advance } = readTrueType(bytes);
  const known = new Map<string, number | undefined>();
  return {
    bytes,
    family,
    rightToLeft,
    advance(letter) {
      if (!known.has(letter)) {
        const isHidden = /\p{Default_Ignorable_Code_Point}/u.test(letter);
        known.set(letter, isHidden ? 0 : advance(letter.codePointAt(0)!));
      }
      return known.get(letter);
    },
  };
}

/** A font of faces, the main one first. */
export function openFont(faces: readonly Face[]): Font {
  const [main] = faces;
  const runsOf = (text: string) => has(main, text) ? [{ face: main, text }] : visual(split(text, faces));
  return {
    family: main.family,
    width: (text, size) => runsOf(text).reduce((sum, run) => sum + widthOf(run), 0) * size,
    runs(parts) {
      return joined(parts.flatMap(runsOf)).map((run) => ({
        text: run.text,
        family: run.face === main ? undefined : run.face.family,
        width: widthOf(run),
      }));
    },
  };
}

/** Text and the face that it is drawn with. */
interface FacedText {
  readonly face: Face;
  readonly text: string;
}

function has(face: Face, text: string): boolean {
  for (const letter of text) if (face.advance(letter) === undefined) return false;
  return true;
}

function widthOf({ face, text }: FacedText): number {
  if (face.shaped) return face.shaped(text);
  let sum = 0;
  for (const letter of text) sum += face.advance(letter) ?? MISSING_WIDTH;
  return sum;
}

/** Joins neighbours of the same face. */
function joined(runs: readonly FacedText[]): FacedText[] {
  return runs.reduce<FacedText[]>((done, run) => {
    const last = done.at(-1);
    if (last?.face !== run.face) return [...done, run];
    return [...done.slice(0, -1), { face: run.face, text: last.text + run.text }];
  }, []);
}

/** Runs in logical order; what a reader sees as one character stays together. */
function split(text: string, faces: readonly Face[]): FacedText[] {
  let previous: Face | undefined;
  const letters = Array.from(new Intl.Segmenter().segment(text), ({ segment }) => {
    previous = faceOf(segment, faces, previous);
    return { face: previous, text: segment };
  });
  return joined(letters);
}

/** The first face that has it. Spaces and punctuation between words from right to left belong to these. */
function faceOf(letter: string, faces: readonly Face[], previous: Face | undefined): Face {
  if (previous?.rightToLeft && /^\p{Script=Common}+$/u.test(letter) && has(previous, letter)) return previous;
  const [first] = letter;
  return faces.find((face) => has(face, letter)) ?? faces.find((face) => has(face, first)) ?? faces[0];
}

/** Runs from left to right, by the direction of the first with letters; the renderer orders what is inside each. */
function visual(runs: readonly FacedText[]): FacedText[] {
  const isRight = ({ face }: FacedText) => face.rightToLeft === true;
  const first = runs.find((run) => isRight(run) || /\p{L}/u.test(run.text));
  const base = first !== undefined && isRight(first);
  const ordered = base ? runs.toReversed() : [...runs];
  for (let start = 0; start < ordered.length; start++) {
    let end = start;
    while (end < ordered.length && isRight(ordered[end]) !== base) end++;
    ordered.splice(start, end - start, ...ordered.slice(start, end).reverse());
    start = Math.max(start, end - 1);
  }
  return ordered;
}
