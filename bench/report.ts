/** Prints a run's results, table by table, and collects the same values as JSON. */

import { tableRow } from "../src/base/text_table.ts";

/** A value of a row; undefined is shown as "-". */
export type Value = string | number | undefined;

/**
 * A column: its key in the rows, its head with the unit, and its width. Texts are left-aligned, numbers
 * right-aligned.
 */
export interface Column {
  readonly key: string;
  readonly head: string;
  readonly width: number;
  /** True for texts. */
  readonly isText?: boolean;
}

/** Values by column key; other keys go only to the JSON. */
export type Row = Readonly<Record<string, Value>>;

/** Maximum length of a line. */
export const WIDTH = 110;

/** Collects the measurements, and prints them as they come. */
export class Report {
  readonly #rows: Row[] = [];
  readonly #notes: string[] = [];
  readonly #facts: Record<string, unknown> = {};

  constructor(readonly print: (line: string) => void) {}

  /** Adds a value outside the tables: adapter, versions, probe. */
  fact(name: string, value: unknown): void {
    this.#facts[name] = value;
  }

  /** Starts a table: prints its title and heads. @returns a function that prints and stores a row */
  table(title: string, columns: readonly Column[]): (row: Row) => void {
    this.print("");
    this.print(title);
    this.print(line(columns, (column) => column.head));
    return (row) => {
      this.#rows.push({ table: title, ...row });
      this.print(line(columns, ({ key }) => cell(row[key])));
    };
  }

  /** Prints and stores a remark below a table. */
  note(text: string): void {
    this.print(`  ${text}`);
    this.#notes.push(text);
  }

  /** All values as JSON; each row has the title of its table. */
  json(): string {
    return JSON.stringify({ ...this.#facts, rows: this.#rows, notes: this.#notes }, null, 2) + "\n";
  }
}

function line(columns: readonly Column[], text: (column: Column) => string): string {
  const left = [...columns.keys()].filter((i) => columns[i].isText);
  return `  ${tableRow(columns.map(text), columns.map(({ width }) => width), left)}`.trimEnd();
}

/** A value as shown in tables. */
export function cell(value: Value): string {
  if (value === undefined) return "-";
  return typeof value === "string" ? value : digits(value);
}

/** Three significant digits; integers in full. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "-";
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ",");
  return size >= 0.001 ? value.toPrecision(3) : value.toExponential(1);
}
