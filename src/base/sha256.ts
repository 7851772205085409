/** SHA-256 of bytes, or of a string's UTF-8, as 32 bytes; `.toHex()` and `.toBase64()` format them. */
export async function sha256(data: Uint8Array | string): Promise<Uint8Array> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
}
