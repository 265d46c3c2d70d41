/**
 * pcapng: blocks in sections, each section in its own order of octets and with its own interfaces. Read are Section
 * Header, Interface Description, Enhanced, Simple and (obsolete) Packet Blocks; all others are skipped by their length.
 */
import { type Format, LONGEST_PACKET, type Sink } from './capture.js';
import { type LinkLayer, linkLayer } from './link-layer.js';

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;
const Block = { interface: 1, packet: 2, simple: 3, enhanced: 6 } as const;
const Option = { end: 0, name: 2, flags: 2, tsresol: 9, fcslen: 13, tsoffset: 14 } as const;
/** The greatest block that is read; others of this size are skipped unseen. */
const LONGEST_BLOCK = LONGEST_PACKET + 65_536;

interface Interface {
  readonly place: string;
  readonly linkType: number;
  readonly layer: LinkLayer | undefined;
  readonly snapshot: number;
  /** Units of the time stamps in a millisecond. */
  readonly unitsPerMs: number;
  /** Milliseconds that are added to each. */
  readonly offset: number;
  readonly fcs: number;
  packets: number;
}

export class PcapngFormat implements Format {
  packets = 0;
  damaged: string | undefined;
  #littleEndian = true;
  #sections = 0;
  #interfaces: Interface[] = [];
  readonly #unknown = new Map<number, number>();
  #untimed = 0;

  private constructor(private readonly sink: Sink) {}

  /** Undefined: another format. Looks at four octets. */
  static of(view: DataView, sink: Sink): PcapngFormat | undefined {
    return view.getUint32(0) === SECTION_HEADER ? new PcapngFormat(sink) : undefined;
  }

  get name(): string {
    return 'pcapng';
  }

  read(bytes: Uint8Array, view: DataView): number {
    let at = 0;
    while (at + 12 <= bytes.length) {
      const section = view.getUint32(at) === SECTION_HEADER;
      if (section && !this.#takeByteOrder(view, at)) return at;
      const type = view.getUint32(at, this.#littleEndian);
      const length = view.getUint32(at + 4, this.#littleEndian);
      if (length < 12 || length % 4 !== 0) return this.#damage(at, `a block of ${length} octets`);
      if (length > LONGEST_BLOCK) {
        if (section || READ.has(type)) return this.#damage(at, `a block of ${length} octets`);
        return at + length;
      }
      if (at + length > bytes.length) return at;
      const repeated = view.getUint32(at + length - 4, this.#littleEndian);
      if (repeated !== length) {
        return this.#damage(at, `a block that is ${length} octets long by its beginning and ${repeated} by its end`);
      }
      const wrong = section ? this.#beginSection(length) : this.#block(type, bytes, view, at, length);
      if (wrong !== undefined) return this.#damage(at, wrong);
      at += length;
    }
    return at;
  }

  notes(): string[] {
    for (const { linkType, layer, packets } of this.#interfaces) {
      if (layer === undefined && packets > 0) this.#leaveOut(linkType, packets);
    }
    this.#interfaces = [];
    const notes = [...this.#unknown].map(
      ([type, packets]) =>
        `link type ${type} cannot carry slow protocols, or is not known here: ${packets} packets left out`,
    );
    if (this.#untimed > 0) {
      notes.push(`${this.#untimed} packets without time stamps (Simple Packet Blocks) have that of the packet before`);
    }
    return notes;
  }

  #damage(at: number, what: string): number {
    this.damaged = what;
    return at;
  }

  /** The order is told behind the length, which cannot be read without it. */
  #takeByteOrder(view: DataView, at: number): boolean {
    if (view.getUint32(at + 8, true) === BYTE_ORDER) this.#littleEndian = true;
    else if (view.getUint32(at + 8, false) === BYTE_ORDER) this.#littleEndian = false;
    else {
      this.damaged = 'a section header without a known order of octets';
      return false;
    }
    return true;
  }

  #beginSection(length: number): string | undefined {
    if (length < 28) return `a section header of ${length} octets`;
    for (const { linkType, layer, packets } of this.#interfaces) {
      if (layer === undefined) this.#leaveOut(linkType, packets);
    }
    this.#interfaces = [];
    this.#sections++;
    return undefined;
  }

  #leaveOut(linkType: number, packets: number): void {
    this.#unknown.set(linkType, (this.#unknown.get(linkType) ?? 0) + packets);
  }

  /** Gives what is wrong with the block. */
  #block(type: number, bytes: Uint8Array, view: DataView, at: number, length: number): string | undefined {
    switch (type) {
      case Block.interface:
        return this.#describe(view, bytes, at, length);
      case Block.enhanced:
        return this.#packet(bytes, view, at, length, view.getUint32(at + 8, this.#littleEndian));
      case Block.packet:
        return this.#packet(bytes, view, at, length, view.getUint16(at + 8, this.#littleEndian));
      case Block.simple:
        return this.#simple(bytes, view, at, length);
      default:
        return undefined;
    }
  }

  #describe(view: DataView, bytes: Uint8Array, at: number, length: number): string | undefined {
    if (length < 20) return `an interface description of ${length} octets`;
    const little = this.#littleEndian;
    const linkType = view.getUint16(at + 8, little);
    let name: string | undefined;
    let unitsPerMs = 1_000;
    let offset = 0;
    let fcs = 0;
    for (const { code, from, to } of this.#options(view, at + 16, at + length - 4)) {
      if (code === Option.name) name = printable(bytes.subarray(from, to));
      else if (code === Option.tsresol && to > from) unitsPerMs = resolution(bytes[from] ?? 6);
      else if (code === Option.fcslen && to > from) fcs = bytes[from] ?? 0;
      else if (code === Option.tsoffset && to >= from + 8) offset = Number(view.getBigInt64(from, little)) * 1_000;
    }
    const number = `interface ${this.#interfaces.length}`;
    this.#interfaces.push({
      place: `${this.#sections > 1 ? `section ${this.#sections} ` : ''}${name ?? number}`,
      linkType,
      layer: linkLayer(linkType),
      snapshot: view.getUint32(at + 12, little),
      unitsPerMs,
      offset,
      fcs,
      packets: 0,
    });
    return undefined;
  }

  /** Enhanced and obsolete Packet Blocks: alike but for the interface, 2 or 4 octets. */
  #packet(bytes: Uint8Array, view: DataView, at: number, length: number, index: number): string | undefined {
    if (length < 32) return `a packet block of ${length} octets`;
    const little = this.#littleEndian;
    const owner = this.#interfaces[index];
    if (owner === undefined) return `a packet of interface ${index}, which was not described`;
    const captured = view.getUint32(at + 20, little);
    if (captured > length - 32) return `a packet of ${captured} octets in a block of ${length}`;
    const units = view.getUint32(at + 12, little) * 2 ** 32 + view.getUint32(at + 16, little);
    this.#count(owner, units / owner.unitsPerMs + owner.offset);
    const from = at + 28;
    if (!owner.layer?.mayBeSlow(bytes, from, captured)) return undefined;
    const options = this.#options(view, from + padded(captured), at + length - 4);
    const flags = options.find((option) => option.code === Option.flags && option.to >= option.from + 4);
    const fcs = flags === undefined ? 0 : (view.getUint32(flags.from, little) >>> 5) & 15;
    this.#give(bytes, owner, from, captured, view.getUint32(at + 24, little), fcs || owner.fcs);
    return undefined;
  }

  #simple(bytes: Uint8Array, view: DataView, at: number, length: number): string | undefined {
    const owner = this.#interfaces[0];
    if (owner === undefined) return 'a simple packet block before any interface was described';
    if (length < 16) return `a simple packet block of ${length} octets`;
    const original = view.getUint32(at + 8, this.#littleEndian);
    const captured = Math.min(original, length - 16, owner.snapshot === 0 ? original : owner.snapshot);
    this.#untimed++;
    this.#count(owner, this.sink.last ?? 0);
    const from = at + 12;
    if (owner.layer?.mayBeSlow(bytes, from, captured)) {
      this.#give(bytes, owner, from, captured, original, owner.fcs);
    }
    return undefined;
  }

  #count(owner: Interface, time: number): void {
    this.packets++;
    owner.packets++;
    this.sink.first ??= time;
    this.sink.last = time;
  }

  #give(bytes: Uint8Array, owner: Interface, from: number, captured: number, original: number, fcs: number): void {
    const { layer } = owner;
    if (layer === undefined) return;
    const length = Math.max(captured, original) - fcs;
    const wanted = Math.max(0, Math.min(captured, length));
    this.sink.frame({
      at: this.sink.last ?? 0,
      packet: this.packets,
      place: layer.place(bytes, from) ?? owner.place,
      frame: layer.frame(bytes, from, wanted),
      missing: length - wanted,
    });
  }

  /** Up to the end of options or of the block, whichever comes first. */
  #options(view: DataView, from: number, end: number): { code: number; from: number; to: number }[] {
    const options: { code: number; from: number; to: number }[] = [];
    for (let at = from; at + 4 <= end; ) {
      const code = view.getUint16(at, this.#littleEndian);
      const to = at + 4 + view.getUint16(at + 2, this.#littleEndian);
      if (code === Option.end || to > end) break;
      options.push({ code, from: at + 4, to });
      at = at + 4 + padded(to - at - 4);
    }
    return options;
  }
}

const READ: ReadonlySet<number> = new Set(Object.values(Block));

const padded = (length: number): number => (length + 3) & ~3;

/** if_tsresol: a negative power of 10, or of 2 with the highest bit set. In units per millisecond. */
const resolution = (octet: number): number => ((octet & 0x80) === 0 ? 10 ** octet : 2 ** (octet & 0x7f)) / 1_000;

const printable = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => (octet > 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '?')).join('');
