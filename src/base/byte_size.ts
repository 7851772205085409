/** Sizes in bytes, as people write and read them. */

/** A number of bytes for messages. */
export function mib(bytes: number): string {
  return `${(bytes / 1048576).toFixed(1)} MiB`;
}
