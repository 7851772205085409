/**
 * Text that a terminal shows as it is. Names of files and classes may contain control characters, which move the
 * cursor or change colours, and bidirectional controls, which turn the direction of what follows.
 */

/** One line of text, with such characters as JSON writes them: `\u001b`. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Bidi_Control}/gu, escaped);
}

/** Text in lines: line feeds remain. */
export function printableLines(text: string): string {
  return text.replace(/(?!\n)\p{Cc}|\p{Bidi_Control}/gu, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
