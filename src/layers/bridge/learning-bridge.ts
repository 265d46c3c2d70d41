/**
 * What a transparent bridge does with a frame (802.1D-1998 7.7 to 7.9): learn where its source is, and say where it goes.
 * Ports are positive numbers (ifindexes). One of them is the local port, behind which the host is; its address is known
 * without learning, and cannot be learned elsewhere: no neighbour can draw the host's frames to itself.
 *
 * Addresses are learned by VLAN: one that is heard in two VLANs on two ports is in both places.
 */
import { AddressTable } from './address-table.js';

/** To every port but the one it came from. */
export const FLOOD = -1;
/** Nowhere: the destination is behind the port that it came from. */
export const FILTERED = -2;
/** Nowhere: 01-80-C2-00-00-0x belongs to the link, not to the network (7.12.6). */
export const RESERVED = -3;
/** Nowhere: the port that it came from, or would go to, is blocked. */
export const BLOCKED = -4;
export type Way = number;

export class LearningBridge {
  readonly #blocked = new Set<number>();
  #localHigh = -1;
  #localLow = -1;

  /** `ageing`: milliseconds for which an address is remembered. */
  constructor(
    readonly localPort: number,
    public ageing: number,
    readonly table = new AddressTable(),
  ) {}

  /** Six octets: the address of the host. */
  setLocalAddress(octets: Uint8Array): void {
    this.#localHigh = ((octets[0] ?? 0) << 8) | (octets[1] ?? 0);
    this.#localLow = word(octets, 2);
  }

  /** A blocked port neither gives nor takes frames, and what was heard on it is forgotten. */
  setBlocked(port: number, blocked: boolean): void {
    if (!blocked) this.#blocked.delete(port);
    else if (!this.#blocked.has(port)) {
      this.#blocked.add(port);
      this.forget(port);
    }
  }

  isBlocked(port: number): boolean {
    return this.#blocked.has(port);
  }

  /** The port has lost its link, or is no more. */
  forget(port: number): void {
    this.table.sweep(Number.NEGATIVE_INFINITY, (heardOn) => heardOn === port);
  }

  /** To be called now and then: frees places. */
  sweep(now: number): void {
    this.table.sweep(now - this.ageing);
  }

  /**
   * Where the frame at `start` goes that came in on `from`: a port, or one of the negative numbers above. `now` in
   * milliseconds. A frame shorter than a header goes nowhere.
   */
  decide(bytes: Uint8Array, start: number, length: number, from: number, now: number): Way {
    if (this.#blocked.size > 0 && this.#blocked.has(from)) return BLOCKED;
    if (length < 14) return FILTERED;
    const high = ((bytes[start] ?? 0) << 8) | (bytes[start + 1] ?? 0);
    const low = word(bytes, start + 2);
    if (high === 0x0180 && low >>> 4 === 0xc200000) return RESERVED;
    const vlan = vlanOf(bytes, start, length) << 16;
    const sourceHigh = ((bytes[start + 6] ?? 0) << 8) | (bytes[start + 7] ?? 0);
    const sourceLow = word(bytes, start + 8);
    const group = (sourceHigh & 0x0100) !== 0;
    if (!group && !this.#isLocal(sourceHigh, sourceLow) && (sourceHigh !== 0 || sourceLow !== 0)) {
      this.table.learn((vlan | sourceHigh) >>> 0, sourceLow, from, now);
    }
    if ((high & 0x0100) !== 0) return FLOOD;
    const to = this.#isLocal(high, low) ? this.localPort : this.table.find((vlan | high) >>> 0, low, now - this.ageing);
    if (to === 0) return FLOOD;
    if (to === from) return FILTERED;
    return this.#blocked.size > 0 && this.#blocked.has(to) ? BLOCKED : to;
  }

  #isLocal(high: number, low: number): boolean {
    return low === this.#localLow && high === this.#localHigh;
  }
}

/** VLAN ID of the outer tag (802.1Q or 802.1ad); 0 where there is none. */
function vlanOf(bytes: Uint8Array, start: number, length: number): number {
  const type = ((bytes[start + 12] ?? 0) << 8) | (bytes[start + 13] ?? 0);
  if ((type !== 0x8100 && type !== 0x88a8) || length < 16) return 0;
  return (((bytes[start + 14] ?? 0) << 8) | (bytes[start + 15] ?? 0)) & 0xfff;
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  );
}
