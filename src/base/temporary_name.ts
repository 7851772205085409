/** Temporary names, `PATH.MAKER-RANDOM.tmp`: of what becomes PATH by a rename once it is whole. */

const PATTERN = /^(.+)\.([0-9a-z]+)-[0-9a-f]{8}\.tmp$/;

/** A name beside `path` that nobody else uses. `maker` can be recognised in it: lower-case letters and digits. */
export function temporaryName(path: string, maker = "any"): string {
  return `${path}.${maker}-${crypto.getRandomValues(new Uint8Array(4)).toHex()}.tmp`;
}

/** What a temporary name is to become, and who made it; undefined if `path` is none. */
export function temporaryOf(path: string): { readonly path: string; readonly maker: string } | undefined {
  const [, target, maker] = PATTERN.exec(path) ?? [];
  return target === undefined ? undefined : { path: target, maker };
}
