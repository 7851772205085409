/** JSON that preserves every number: those that JSON lacks become {"number": "NaN"}. */

const WORDS = ["NaN", "Infinity", "-Infinity"];

/** `value` as JSON text; undefined members are omitted. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    return typeof part === "number" && !Number.isFinite(part) ? { number: String(part) } : part;
  });
}

/** Parses the text of {@link exactJson}. @throws SyntaxError if it is not JSON */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (_, part) => {
    return WORDS.includes(part?.number) && Object.keys(part).length === 1 ? Number(part.number) : part;
  });
}
