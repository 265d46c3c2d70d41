/**
 * The Internet checksum (RFC 1071) over memory that is looked at as 32-bit words too: super-frames are long. A sum in
 * ones' complement is the remainder of the plain sum by 65535, so words are added as they are and divided at the end.
 */
const MODULUS = 0xffff;

export class ChecksummedMemory {
  readonly #words: Uint32Array;

  /** `bytes` must begin at a multiple of 4 in its buffer, and end at one. */
  constructor(readonly bytes: Uint8Array) {
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
  }

  /** Sum of the 16-bit words from `from` on, the last one filled up with a zero. Below 65535, not inverted. */
  sum(from: number, end: number): number {
    const { bytes } = this;
    let at = from;
    let heads = 0;
    if ((at & 1) === 0) {
      if ((at & 2) !== 0 && at + 2 <= end) {
        heads = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
        at += 2;
      }
      let little = 0; // at most 2^14 words of 32 bits: exact
      const words = this.#words;
      const last = (at + ((end - at) & ~3)) >>> 2;
      for (let i = at >>> 2; i < last; i++) little += words[i] ?? 0;
      at = Math.max(at, last << 2);
      const remainder = little % MODULUS;
      heads += ((remainder & 0xff) << 8) | (remainder >>> 8);
    }
    for (; at + 1 < end; at += 2) heads += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (at < end) heads += (bytes[at] ?? 0) << 8;
    return heads % MODULUS;
  }
}

/** What belongs into the field, of a sum over everything else. Never 0, which in UDP means "none". */
export const checksumOf = (sum: number): number => MODULUS - (sum % MODULUS);
