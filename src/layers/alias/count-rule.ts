/**
 * Whom a packet counts for: the specification of both data paths (bpf/alias.c, src/drivers/alias). As in net_alias 0.50:
 *
 * - Received, in this order: the destination is an address of the main device: the main device. It is that of an alias
 *   that is up: the alias. Else the alias whose network is the closest to the source, if no network of the main device
 *   is as close. Else the main device.
 * - Sent: an alias, if its address is the source. Through the alias it went only when the alias has a route of its own:
 *   a network that lies in the main device's is reached through the main device.
 *
 * Frames with a VLAN tag are those of the VLAN's own interface, and count for nobody here.
 */
import { AddressHash, type HashSize, same } from './address-hash.js';
import { type AddressEntry, type CountingTable, MAIN, masked, type NetworkEntry } from './counting-table.js';
import { ipv4 } from './ipv4.js';
import { ipv6 } from './ipv6.js';

/** Octets of a frame that are looked at. */
export const FRAME_HEADERS = 54;

const ETHERNET = 14;
/** Families by EtherType: where source and destination stand behind the Ethernet header. */
const PACKETS = [
  { etherType: 0x0800, type: ipv4, source: 12, destination: 16, header: 20 },
  { etherType: 0x86dd, type: ipv6, source: 8, destination: 24, header: 40 },
] as const;

export interface Sent {
  readonly slot: number;
  readonly ownRoute: boolean;
}

export class CountRule {
  readonly #addresses: AddressHash<AddressEntry>;
  /** The longest first. */
  readonly #networks: readonly NetworkEntry[];

  constructor(table: CountingTable, size: HashSize = 256) {
    this.#addresses = new AddressHash(size);
    for (const entry of table.addresses) {
      this.#addresses.add(entry.family === ipv4.family ? ipv4 : ipv6, entry.address, entry);
    }
    this.#networks = [...table.networks].sort((a, b) => b.length - a.length);
  }

  /** The slot that a received frame counts for, or MAIN; undefined: no IP, or cut off. */
  received(frame: Uint8Array): number | undefined {
    const packet = packetOf(frame);
    if (packet === undefined) return undefined;
    const owner = this.#addresses.find(packet.type, packet.destination);
    return owner?.slot ?? this.#closest(packet.type.family, packet.source)?.slot ?? MAIN;
  }

  /** The alias whose address a sent frame has as its source; undefined: none. */
  sent(frame: Uint8Array): Sent | undefined {
    const packet = packetOf(frame);
    const owner = packet && this.#addresses.find(packet.type, packet.source);
    return owner === undefined || owner.slot === MAIN ? undefined : owner;
  }

  #closest(family: number, source: Uint8Array): NetworkEntry | undefined {
    return this.#networks.find((entry) => {
      return entry.family === family && same(masked(source, entry.length), entry.network);
    });
  }
}

function packetOf(frame: Uint8Array) {
  const etherType = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
  const packet = PACKETS.find((each) => each.etherType === etherType);
  if (packet === undefined || frame.length < ETHERNET + packet.header) return undefined;
  const { type } = packet;
  const at = (offset: number) => frame.subarray(ETHERNET + offset, ETHERNET + offset + type.octets);
  return { type, source: at(packet.source), destination: at(packet.destination) };
}
