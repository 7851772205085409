/** Escapes `text` so that resolving it returns it unchanged. */
export function escapeInterpolations(text: string): string {
  return text.replace(/(\\*)\$\{/g, "$1$1\\${");
}
