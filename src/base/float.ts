/**
 * A whole number that was written as a float: 1.0. JavaScript has one kind of number, but where a share and a count are
 * both possible, 1.0 is all and 1 is one. JSON, YAML and text have it with its point.
 */
export class Float {
  constructor(readonly value: number) {}

  valueOf(): number {
    return this.value;
  }

  toString(): string {
    return `${this.value}.0`;
  }

  toJSON(): unknown {
    return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(`${this}`);
  }
}

/** `value` as a Float, if it is whole; other numbers are floats anyway. */
export function asFloat(value: number): number | Float {
  return Number.isSafeInteger(value) ? new Float(value) : value;
}
