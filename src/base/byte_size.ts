/** Sizes in bytes, as people write and read them. */

/** A number of bytes for messages. */
export function mib(bytes: number): string {
  return `${(bytes / 1048576).toFixed(1)} MiB`;
}

const UNITS = ["", "K", "M", "G", "T", "P"];

/** The bytes of "20GB" (powers of 1000), "1.5 GiB" (powers of 1024), "100" or a number; undefined for other text. */
export function parseByteSize(text: string | number): number | undefined {
  const [, amount, unit, binary] = /^(\d+(?:\.\d+)?) ?(?:([KMGTP]?)(i?)B)?$/i.exec(String(text)) ?? [];
  if (amount === undefined || (binary && !unit)) return undefined;
  const power = UNITS.indexOf((unit ?? "").toUpperCase());
  return Math.floor(Number(amount) * (binary ? 1024 : 1000) ** power);
}
