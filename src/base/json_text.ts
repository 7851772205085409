/** JSON in a file of ours, which whatever happened to it may have damaged. */
import { DataError, messageOf } from "./errors.ts";

/** The value in the text of a file. @throws DataError that names the file */
export function readJson(text: string, name: string): unknown {
  return parse(text, name, "restore it, or remove it");
}

/**
 * The values in the lines of a file that is appended to: after the last line feed comes nothing, or a part that a kill
 * left. @throws DataError that names the file and the line
 */
export function readJsonLines(text: string, name: string): unknown[] {
  return text.split("\n").slice(0, -1).map((line, i) =>
    parse(line, `${name}:${i + 1}`, "restore the line, or remove it")
  );
}

function parse(text: string, where: string, cure: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DataError(`Cannot read "${where}": it is not valid JSON (${messageOf(cause)}); ${cure}`, {
      cause,
    });
  }
}
