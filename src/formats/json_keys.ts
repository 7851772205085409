/**
 * JSON.parse silently keeps the last of two equal keys; a format whose keys are names must reject them. This scan
 * runs over text that JSON.parse has already accepted, so it does not check the grammar.
 */

/** The first key that occurs twice in one object of the valid JSON `text`, or undefined if there is none. */
export function duplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []; // one entry for each open bracket: the keys so far, or undefined for an array
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const part = match[0];
    if (part === "{") open.push(new Set());
    else if (part === "[") open.push(undefined);
    else if (part === "}" || part === "]") open.pop();
    else if (isKey(text, token.lastIndex)) {
      const key: string = JSON.parse(part);
      const keys = open[open.length - 1];
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

/** A string is a key if a colon follows. */
function isKey(text: string, after: number): boolean {
  while (/\s/.test(text[after] ?? "")) after++;
  return text[after] === ":";
}
