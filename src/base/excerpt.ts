/** Values of a file in messages, which must not become as long as the file says. */

const MOST = 80;

/** A value as JSON, of a text its first 80 characters in quotes. */
export function excerpt(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(cut(value));
  return cut(JSON.stringify(value) ?? "missing");
}

function cut(text: string): string {
  return text.length > MOST ? `${text.slice(0, MOST)}...` : text;
}
