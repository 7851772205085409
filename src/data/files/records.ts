/** Tables of a dataset as records: CSV and TSV with a heading, JSON lines, and JSON lists of objects. */
import { parse } from "@std/csv/parse";
import { DataError, messageOf } from "../../base/errors.ts";
import { readJson } from "../../base/json_text.ts";

/** A row by its columns, and the file and line it comes from. */
export interface TableRecord {
  readonly where: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * The records of a table, whose form its ending tells.
 * @throws DataError with file and line for a row that is not valid
 */
export function parseRecords(file: string, text: string): TableRecord[] {
  if (/\.csv$/i.test(file)) return separated(file, text, separatorOf(text));
  if (/\.tsv$/i.test(file)) return separated(file, text, "\t");
  return /\.json$/i.test(file) ? jsonList(file, text) : jsonLines(file, text);
}

/** An error about a row. */
export function rowError(where: string, reason: string): DataError {
  return new DataError(`Cannot read annotations at ${where}: ${reason}`);
}

/** The separator that the heading has most of: spreadsheets of many countries write semicolons. */
function separatorOf(text: string): string {
  const [heading] = text.split("\n", 1);
  const count = (separator: string) => heading.split(separator).length;
  return [";", "\t"].reduce((best, one) => count(one) > count(best) ? one : best, ",");
}

function separated(file: string, text: string, separator: string): TableRecord[] {
  let rows: string[][];
  try {
    rows = parse(text, { separator, lazyQuotes: false }) as string[][];
  } catch (cause) {
    throw new DataError(`Cannot read "${file}": ${messageOf(cause)}`, { cause });
  }
  const [heading = [], ...body] = rows;
  const names = heading.map((name) => name.trim());
  return body.map((row, i): TableRecord => {
    const where = `${file}:${i + 2}`;
    if (row.length > names.length) {
      throw rowError(where, `the row has ${row.length} columns, and the heading ${names.length}`);
    }
    return { where, values: Object.fromEntries(names.map((name, k) => [name, row[k] ?? ""])) };
  });
}

function jsonLines(file: string, text: string): TableRecord[] {
  return text.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const where = `${file}:${i + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw rowError(where, `the line is not valid JSON (${messageOf(cause)})`);
    }
    if (!isRecord(value)) {
      throw rowError(where, `the line must be a JSON object {"image": ..., "label": ...}`);
    }
    return [{ where, values: chatRecord(value) ?? value }];
  });
}

/** A list of objects, or one under any key of an object; an empty list for other JSON. */
function jsonList(file: string, text: string): TableRecord[] {
  const value = readJson(text, file);
  const lists = [value, ...isRecord(value) ? Object.values(value) : []].filter(Array.isArray);
  const found = lists.find((list) => list.length > 0 && list.every(isRecord)) ?? [];
  return found.map((one, i) => ({ where: `${file}: entry ${i + 1}`, values: chatRecord(one) ?? one }));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The image and the answer of a conversation, as OpenAI's fine-tuning files have them: `{"messages": [{"role": "user",
 * "content": [{"type": "image_url", "image_url": {"url": "x.jpg"}}]}, {"role": "assistant", "content": "23"}]}`.
 */
function chatRecord({ messages }: Record<string, unknown>): Record<string, unknown> | undefined {
  if (!Array.isArray(messages)) return undefined;
  const contentOf = (role: string) =>
    messages.filter((message) => message?.role === role).flatMap(({ content }) => content);
  const image = contentOf("user").map((part) => part?.image_url?.url ?? part?.image).find(Boolean);
  const [answer] = contentOf("assistant").map((part) => typeof part === "string" ? part : part?.text);
  return { image, label: answer };
}
