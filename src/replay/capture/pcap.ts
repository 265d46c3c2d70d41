/** The classic format: a header of 24 octets, then packets with one of 16 octets each. */
import { type Format, LONGEST_PACKET, type Sink } from './capture.js';
import { type LinkLayer, linkLayer } from './link-layer.js';

const HEADER = 24;
const RECORD_HEADER = 16;
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

export class PcapFormat implements Format {
  packets = 0;
  damaged: string | undefined;
  #begun = false;
  #linkType = 0;
  #layer: LinkLayer | undefined;
  #fcs = 0;
  #longest = LONGEST_PACKET;

  private constructor(
    private readonly littleEndian: boolean,
    private readonly nanoseconds: boolean,
    private readonly sink: Sink,
  ) {}

  /** Undefined: another format. Looks at four octets. */
  static of(view: DataView, sink: Sink): PcapFormat | undefined {
    for (const littleEndian of [true, false]) {
      const magic = view.getUint32(0, littleEndian);
      if (magic === MICROSECONDS || magic === NANOSECONDS) {
        return new PcapFormat(littleEndian, magic === NANOSECONDS, sink);
      }
    }
    return undefined;
  }

  get name(): string {
    return `pcap, ${this.nanoseconds ? 'nanoseconds' : 'microseconds'}, ${this.littleEndian ? 'little' : 'big'}-endian`;
  }

  read(bytes: Uint8Array, view: DataView): number {
    const { littleEndian, sink } = this;
    let at = 0;
    if (!this.#begun) {
      if (bytes.length < HEADER) return 0;
      this.#readHeader(view);
      at = HEADER;
    }
    const layer = this.#layer;
    const longest = this.#longest;
    const perMs = this.nanoseconds ? 1e6 : 1e3;
    for (;;) {
      const from = at + RECORD_HEADER;
      if (from > bytes.length) return at;
      const captured = view.getUint32(at + 8, littleEndian);
      if (captured > longest) {
        this.damaged = `a packet of ${captured} octets, where ${longest} is the most`;
        return at;
      }
      const next = from + captured;
      if (next > bytes.length) return at;
      this.packets++;
      const time = view.getUint32(at, littleEndian) * 1_000 + view.getUint32(at + 4, littleEndian) / perMs;
      sink.first ??= time;
      sink.last = time;
      if (layer?.mayBeSlow(bytes, from, captured)) {
        const length = Math.max(captured, view.getUint32(at + 12, littleEndian));
        const wanted = Math.max(0, Math.min(captured, length - this.#fcs));
        sink.frame({
          at: time,
          packet: this.packets,
          place: layer.place(bytes, from) ?? '',
          frame: layer.frame(bytes, from, wanted),
          missing: length - this.#fcs - wanted,
        });
      }
      at = next;
    }
  }

  notes(): string[] {
    return this.#begun && this.#layer === undefined
      ? [
          `link type ${this.#linkType} cannot carry slow protocols, or is not known here: ${this.packets} packets left out`,
        ]
      : [];
  }

  #readHeader(view: DataView): void {
    const network = view.getUint32(20, this.littleEndian);
    this.#linkType = network & 0xffff;
    this.#layer = linkLayer(this.#linkType);
    // Bit 26: the upper four bits tell the length of the FCS, in units of two octets.
    this.#fcs = (network & 0x0400_0000) === 0 ? 0 : (network >>> 28) * 2;
    const snapshot = view.getUint32(16, this.littleEndian);
    // 0 and absurd values stand for "no limit" in some writers.
    if (snapshot > LONGEST_PACKET && snapshot <= 4 * LONGEST_PACKET) this.#longest = snapshot;
    this.#begun = true;
  }
}
