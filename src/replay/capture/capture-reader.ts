/**
 * Reads a capture file from pieces of any size: what is left of one is put before the next. Memory is that of a piece
 * and a packet, however long the file. Never throws for what a file holds.
 */
import type { CapturedFrame, Damage, Format, Sink } from './capture.js';
import { PcapFormat } from './pcap.js';
import { PcapngFormat } from './pcapng.js';

const EMPTY = new Uint8Array(0);

export class CaptureReader {
  #format: Format | undefined;
  #left = EMPTY;
  /** Octets to come that are of no interest. */
  #skip = 0;
  /** Octets of the file that are done with. */
  #offset = 0;
  #damage: Damage | undefined;
  readonly #sink: Sink;

  constructor(onFrame: (frame: CapturedFrame) => void) {
    this.#sink = { frame: onFrame, first: undefined, last: undefined };
  }

  /** In words; undefined: not known (yet). */
  get format(): string | undefined {
    return this.#format?.name;
  }

  /** Whole packets so far. */
  get packets(): number {
    return this.#format?.packets ?? 0;
  }

  /** Time stamps of the first and of the last packet so far, milliseconds since 1970. */
  get first(): number | undefined {
    return this.#sink.first;
  }

  get last(): number | undefined {
    return this.#sink.last;
  }

  /** Once this is set, all that follows is left unread. */
  get damage(): Damage | undefined {
    return this.#damage;
  }

  /** The next octets of the file. They may be changed when this has returned. */
  push(piece: Uint8Array): void {
    if (this.#damage !== undefined) return;
    const skipped = Math.min(this.#skip, piece.length);
    this.#skip -= skipped;
    this.#offset += skipped;
    // A plain Uint8Array: the `slice` of a Buffer of Node.js is no copy.
    const fresh = new Uint8Array(piece.buffer, piece.byteOffset + skipped, piece.byteLength - skipped);
    if (fresh.length > 0) this.#read(this.#left.length === 0 ? fresh : joined(this.#left, fresh));
  }

  /** No more octets follow. Gives what the file's reader should know. */
  end(): string[] {
    if (this.#damage === undefined) {
      if (this.#skip > 0) this.#damaged(`the file ends ${this.#skip} octets before the end of a block`);
      else if (this.#left.length > 0 || this.#format === undefined) {
        const what = this.#format === undefined ? 'a capture file' : 'a record';
        this.#damaged(`the file ends after ${this.#left.length} octets of ${what}`);
      }
    }
    return this.#format?.notes() ?? [];
  }

  #read(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (this.#format === undefined && bytes.length >= 4) {
      this.#format = PcapFormat.of(view, this.#sink) ?? PcapngFormat.of(view, this.#sink);
      if (this.#format === undefined) {
        this.#damaged(strange(bytes));
        return;
      }
    }
    const done = this.#format?.read(bytes, view) ?? 0;
    this.#skip = Math.max(0, done - bytes.length);
    const passed = done - this.#skip;
    this.#offset += passed;
    this.#left = bytes.slice(passed);
    if (this.#format?.damaged !== undefined) this.#damaged(this.#format.damaged);
  }

  #damaged(what: string): void {
    this.#damage = { offset: this.#offset, what };
    this.#left = EMPTY;
  }
}

function strange(bytes: Uint8Array): string {
  const compressed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return compressed ? 'compressed; unpack it first (zcat FILE | vethcfg replay -)' : 'neither pcap nor pcapng';
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a, 0);
  both.set(b, a.length);
  return both;
}
