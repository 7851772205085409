/** MD5 (RFC 1321), which servers use to identify files: a checksum, not a security measure. */

/** floor(2^32 * |sin(i + 1)|), as signed words. */
const SINES = Int32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))));
/** Left rotations, four for each round. */
const TURNS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
const BLOCK = 64;

/** A digest of bytes that arrive in parts. */
export class Md5 {
  readonly #state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  readonly #words = new Int32Array(BLOCK / 4);
  /** Bytes that do not fill a block yet. */
  readonly #rest = new Uint8Array(BLOCK);
  #length = 0;

  update(bytes: Uint8Array): this {
    const held = this.#length % BLOCK;
    this.#length += bytes.length;
    if (held + bytes.length < BLOCK) {
      this.#rest.set(bytes, held);
      return this;
    }
    let at = held === 0 ? 0 : BLOCK - held;
    if (at > 0) {
      this.#rest.set(bytes.subarray(0, at), held);
      this.#mix(this.#rest, 0);
    }
    for (; at + BLOCK <= bytes.length; at += BLOCK) this.#mix(bytes, at);
    this.#rest.set(bytes.subarray(at));
    return this;
  }

  /** The 16 bytes of the digest; nothing may be added afterwards. */
  digest(): Uint8Array {
    const bits = 8n * BigInt(this.#length);
    const zeros = (2 * BLOCK - 9 - this.#length % BLOCK) % BLOCK;
    const end = new Uint8Array(1 + zeros + 8);
    end[0] = 0x80;
    new DataView(end.buffer).setBigUint64(1 + zeros, bits, true);
    this.update(end);
    const digest = new DataView(new ArrayBuffer(16));
    this.#state.forEach((word, i) => digest.setInt32(4 * i, word, true));
    return new Uint8Array(digest.buffer);
  }

  /** Processes a block of 64 bytes. */
  #mix(bytes: Uint8Array, start: number): void {
    const words = this.#words, state = this.#state;
    for (let i = 0, at = start; i < 16; i++, at += 4) {
      words[i] = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    }
    let a = state[0], b = state[1], c = state[2], d = state[3];
    for (let i = 0; i < 64; i++) {
      let mixed: number, word: number;
      if (i < 16) [mixed, word] = [(b & c) | (~b & d), i];
      else if (i < 32) [mixed, word] = [(d & b) | (~d & c), 5 * i + 1];
      else if (i < 48) [mixed, word] = [b ^ c ^ d, 3 * i + 5];
      else [mixed, word] = [c ^ (b | ~d), 7 * i];
      const sum = (a + mixed + SINES[i] + words[word & 15]) | 0;
      const turn = TURNS[(i >> 4) * 4 + (i & 3)];
      [a, d, c, b] = [d, c, b, (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0];
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
  }
}

/** The MD5 of bytes or of a string's UTF-8, as 16 bytes; `.toHex()` and `.toBase64()` format them. */
export function md5(data: Uint8Array | string): Uint8Array {
  return new Md5().update(typeof data === "string" ? new TextEncoder().encode(data) : data).digest();
}
