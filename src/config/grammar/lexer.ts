/**
 * Hydra's tokens, from OverrideLexer.g4: the longest match wins; among matches of equal length, the first.
 */

/** The kind of a token. */
export type TokenKind = keyof typeof PATTERNS | "interpolation" | "end";

/** A token of a value. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
}

const INTEGER = "(?:0|[1-9](?:_?[0-9])*)";
const POINT = `(?:${INTEGER}?\\.[0-9](?:_?[0-9])*|${INTEGER}\\.)`;
const EXPONENT = `(?:${POINT}|${INTEGER})[eE][+-]?[0-9](?:_?[0-9])*`;

const PATTERNS = {
  quoted: /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y,
  "(": /[ \t]*\([ \t]*/y,
  ",": /[ \t]*,[ \t]*/y,
  ")": /[ \t]*\)/y,
  "[": /\[[ \t]*/y,
  "]": /[ \t]*\]/y,
  "{": /\{[ \t]*/y,
  "}": /[ \t]*\}/y,
  ":": /[ \t]*:[ \t]*/y,
  "=": /[ \t]*=[ \t]*/y,
  float: new RegExp(`[+-]?(?:${EXPONENT}|${POINT}|[Ii][Nn][Ff]|[Nn][Aa][Nn])`, "y"),
  int: new RegExp(`[+-]?${INTEGER}`, "y"),
  bool: /true|false/iy,
  null: /null/iy,
  symbol: /[/\-\\+.$%*@?|]/y,
  id: /[A-Za-z_][A-Za-z0-9_-]*/y,
  escape: /(?:\\[\\()[\]{}:=, \t])+/y,
  space: /[ \t]+/y,
} as const;

const KINDS = Object.keys(PATTERNS) as (keyof typeof PATTERNS)[];

/** The tokens of `text` and an "end", or the position of the first character that cannot start a token. */
export function tokenize(text: string): Token[] | { readonly unreadable: number } {
  const tokens: Token[] = [];
  for (let start = 0; start < text.length;) {
    const token = text.startsWith("${", start) ? interpolationAt(text, start) : longestAt(text, start);
    if (token === undefined) return { unreadable: start };
    tokens.push(token);
    start += token.text.length;
  }
  return [...tokens, { kind: "end", text: "", start: text.length }];
}

function longestAt(text: string, start: number): Token | undefined {
  let longest: Token | undefined;
  for (const kind of KINDS) {
    const pattern = PATTERNS[kind];
    pattern.lastIndex = start;
    const [match] = pattern.exec(text) ?? [""];
    if (match.length > (longest?.text.length ?? 0)) longest = { kind, text: match, start };
  }
  return longest;
}

function interpolationAt(text: string, start: number): Token | undefined {
  const end = interpolationEnd(text, start);
  if (end === undefined || end === start + 3) return undefined;
  return { kind: "interpolation", text: text.slice(start, end), start };
}

/** The end of the `${...}` that starts at `start`. Braces are counted, except those in quotes. */
export function interpolationEnd(text: string, start: number): number | undefined {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return i + 1;
    else if (text[i] === "'" || text[i] === '"') {
      PATTERNS.quoted.lastIndex = i;
      i += (PATTERNS.quoted.exec(text)?.[0].length ?? 1) - 1;
    }
  }
  return undefined;
}
