/** Just enough TypeScript to check house rules: what is code, and what it imports. */

/** A file of the project, by its path below the root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One import or re-export, type imports included. */
export interface Import {
  readonly from: string;
  readonly line: number;
  /** The imported file's path below the root, or a bare name as it was written. */
  readonly to: string;
}

const COMMENT = /\/\/.*|\/\*[^]*?\*\//y;
const STRING = /"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'/y;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const TEMPLATE_TEXT = /(?:\\[^]|\$(?!\{)|[^`\\$])*/y;
/** What stands before a `/` that starts a regular expression; after a value it divides. */
const BEFORE_REGEX = /(?:^|[=(,:;[!&|?{}+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|await|yield))\s*$/;

/** `text` with the contents of comments, strings, templates and regular expressions blanked, offsets unchanged. */
export function codeOf(text: string): string {
  let code = "";
  const templates: number[] = []; // brace depth inside each open ${
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = code.length;
    return pattern.exec(text)?.[0] ?? "";
  };
  const blank = (part: string, margin = 0) => {
    const inner = part.slice(margin, part.length - margin).replace(/[^\n]/g, " ");
    code += part.slice(0, margin) + inner + part.slice(part.length - margin);
  };
  const templateText = () => {
    blank(take(TEMPLATE_TEXT));
    const isHole = text.startsWith("${", code.length);
    code += isHole ? "${" : text.slice(code.length, code.length + 1);
    if (isHole) templates.push(0);
  };
  while (code.length < text.length) {
    const symbol = text[code.length];
    const comment = symbol === "/" ? take(COMMENT) : "";
    if (comment) blank(comment);
    else if (symbol === '"' || symbol === "'") blank(take(STRING) || symbol, 1);
    else if (symbol === "/" && BEFORE_REGEX.test(code.slice(-40))) blank(take(REGEX) || symbol, 1);
    else {
      code += symbol;
      if (symbol === "`") templateText();
      if (symbol === "{" && templates.length > 0) templates[templates.length - 1]++;
      if (symbol === "}" && templates.length > 0 && templates[templates.length - 1]-- === 0) {
        templates.pop();
        templateText();
      }
    }
  }
  return code;
}

/** Every import of `file`: static, dynamic, for its side effect, of types, and re-exports. */
export function importsOf(file: SourceFile): Import[] {
  const code = codeOf(file.text);
  return [...code.matchAll(/\b(?:from\s*|import\s*\(?\s*)(["'])/g)].map((match) => {
    const start = match.index + match[0].length;
    const specifier = file.text.slice(start, code.indexOf(match[1], start));
    return { from: file.path, line: lineAt(code, match.index), to: resolve(file.path, specifier) };
  });
}

/** The line, from 1, of an offset in `text`. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
}
