/** JSON that keeps every number: those that it has no word for stand as {"number": "NaN"}. */

const WORDS = ["NaN", "Infinity", "-Infinity"];

/** `value` as JSON text; undefined members are left out. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    return typeof part === "number" && !Number.isFinite(part) ? { number: String(part) } : part;
  });
}

/** The value of a text of {@link exactJson}. @throws SyntaxError if it is no JSON */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (_, part) => {
    return WORDS.includes(part?.number) && Object.keys(part).length === 1 ? Number(part.number) : part;
  });
}
