/** The words of `vethcfg flow`, read into what they mean. Throws a `Refusal` that names the word and the repair. */
import type { Mac } from '../lacp/variables.js';
import { carries, PROTOCOLS_WITH_PORTS } from '../mux/flow-frame.js';
import { ipOctets } from './ip-octets.js';
import type { Arguments } from './messages.js';
import { Refusal } from './refusal.js';

/** What the user says of a flow; undefined where nothing is said. */
export interface FlowWords {
  readonly macs: { readonly from: Mac | undefined; readonly to: Mac | undefined };
  /** Packets, each in the one before it; none: the flow was named by MAC addresses. */
  readonly packets: readonly PacketWords[];
  /** EtherType of a flow named by MAC addresses. */
  readonly type: number | undefined;
  readonly vlans: readonly number[];
  /** Of the packets of IPv6. */
  readonly label: number | undefined;
}

export interface PacketWords {
  /** Octets of the addresses. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** Of the IP header. */
  readonly protocol: number | undefined;
  readonly ports: readonly [number, number] | undefined;
  /** As the user has written it. */
  readonly said: string;
}

export const PROTOCOLS: Readonly<Record<string, number>> = {
  tcp: 6,
  udp: 17,
  icmp: 1,
  icmpv6: 58,
  sctp: 132,
  dccp: 33,
  udplite: 136,
  gre: 47,
  esp: 50,
  ipip: 4,
  ipv6: 41,
};
const TYPES: Readonly<Record<string, number>> = { ip: 0x0800, arp: 0x0806, ipv6: 0x86dd };

export function readFlowWords(args: Arguments<'flow'>): FlowWords {
  const { source, destination, protocol, sourcePort, destinationPort, srcMac, dstMac, vlan, flowLabel, inner } = args;
  const [a, b] = readEnds(source, destination);
  const vlans = vlan === undefined ? [] : vlan.split(',').map(readVlan);
  if (a.length === 6) {
    const given = srcMac ?? dstMac ?? flowLabel ?? inner;
    if (given !== undefined) {
      throw new Refusal({
        thing: given,
        problem: 'the flow is named by its MAC addresses already',
        repair: 'leave --src-mac, --dst-mac, --flow-label and --inner out',
      });
    }
    const macs = { from: macOf(a), to: macOf(b) };
    return { macs, packets: [], type: readType(protocol), vlans, label: undefined };
  }
  const macs = { from: readMac('--src-mac', srcMac), to: readMac('--dst-mac', dstMac) };
  const outer = readPacket([source, destination, protocol, sourcePort, destinationPort]);
  const packets = [outer, ...(inner === undefined ? [] : inner.split(',').map(readInner))];
  for (const [i, packet] of packets.entries()) checkInside(packets[i - 1], packet);
  const label = flowLabel === undefined ? undefined : readLabel(flowLabel);
  if (label !== undefined && packets.every(({ from }) => from.length === 4)) {
    throw new Refusal({
      thing: `--flow-label ${flowLabel}`,
      problem: 'IPv4 has no flow label',
      repair: 'leave it out',
    });
  }
  return { macs, packets, type: undefined, vlans, label };
}

/** What the packet around it must be for this. */
function checkInside(around: PacketWords | undefined, { said, from }: PacketWords): void {
  if (around === undefined) return;
  const { protocol = 0, ports } = around;
  const possible = carries({ protocol, ports });
  if (possible.includes(from.length)) return;
  const tunnels = 'a packet is in gre, in ipip (IPv4), in ipv6 (IPv6), or in VXLAN: udp SPORT 4789';
  throw new Refusal({ thing: `--inner ${said}`, problem: `${around.said} is no tunnel for it`, repair: tunnels });
}

function readInner(text: string): PacketWords {
  const words = text.trim().split(/\s+/);
  if (words.length >= 2 && words.length <= 5) {
    const packet = readPacket(words);
    if (packet.from.length !== 6) return packet;
  }
  throw new Refusal({
    thing: `--inner ${text.trim()}`,
    problem: 'not a packet',
    repair: "say --inner 'SRC DST [PROTOCOL [SPORT DPORT]]' with IP addresses",
    value: text,
  });
}

function readPacket([source = '', destination = '', protocol, ...ports]: readonly (string | undefined)[]): PacketWords {
  const [from, to] = readEnds(source, destination);
  const number = protocol === undefined ? undefined : readProtocol(protocol);
  const said = [source, destination, protocol, ...ports].filter((word) => word !== undefined).join(' ');
  return { from, to, protocol: number, ports: readPorts(number, protocol, ports[0], ports[1]), said };
}

function readEnds(source: string, destination: string): readonly [Uint8Array, Uint8Array] {
  const [from, to] = [readAddress('SRC', source), readAddress('DST', destination)];
  if (from.length === to.length) return [from, to];
  throw new Refusal({
    thing: `${source} ${destination}`,
    problem: 'two addresses of different kinds',
    repair: 'give two MAC, two IPv4 or two IPv6 addresses',
  });
}

function readLabel(word: string): number {
  const value = /^(\d{1,7}|0x[0-9a-f]{1,5})$/i.test(word) ? Number(word) : Number.NaN;
  if (value <= 0xfffff) return value;
  throw new Refusal({
    thing: `--flow-label ${word}`,
    problem: 'not a flow label',
    repair: 'say 0 to 0xfffff',
    value: word,
  });
}

function readAddress(what: string, word: string): Uint8Array {
  const octets = macOctets(word) ?? ipOctets(word);
  if (octets !== undefined) return octets;
  throw new Refusal({
    thing: word,
    problem: 'not an address',
    repair: `say a MAC, IPv4 or IPv6 address as ${what}`,
    value: word,
  });
}

const macOctets = (word: string): Uint8Array | undefined =>
  /^[0-9a-fA-F]{2}([:-])([0-9a-fA-F]{2}\1){4}[0-9a-fA-F]{2}$/.test(word)
    ? Uint8Array.from(word.split(/[:-]/).map((octet) => Number.parseInt(octet, 16)))
    : undefined;

const macOf = (octets: Uint8Array): Mac => [...octets].map((octet) => octet.toString(16).padStart(2, '0')).join(':');

function readMac(option: string, word: string | undefined): Mac | undefined {
  if (word === undefined) return undefined;
  const octets = macOctets(word);
  if (octets !== undefined) return macOf(octets);
  throw new Refusal({
    thing: `${option} ${word}`,
    problem: 'not a MAC address',
    repair: `say ${option} 02:00:00:00:00:01`,
    value: word,
  });
}

function readProtocol(word: string): number {
  const number = PROTOCOLS[word.toLowerCase()] ?? (/^\d{1,3}$/.test(word) ? Number(word) : 256);
  if (number < 256) return number;
  const names = Object.keys(PROTOCOLS).join(', ');
  throw new Refusal({ thing: word, problem: 'not a protocol', repair: `say ${names}, or a number`, value: word });
}

function readType(word: string | undefined): number | undefined {
  if (word === undefined) return undefined;
  const number = TYPES[word.toLowerCase()] ?? (/^0x[0-9a-f]{1,4}$/i.test(word) ? Number(word) : 0);
  if (number >= 0x0600) return number;
  throw new Refusal({
    thing: word,
    problem: 'not an EtherType, which follows two MAC addresses',
    repair: `say ${Object.keys(TYPES).join(', ')}, or a number such as 0x88cc`,
    value: word,
  });
}

function readPorts(
  protocol: number | undefined,
  name: string | undefined,
  source: string | undefined,
  destination: string | undefined,
): readonly [number, number] | undefined {
  if (source === undefined) return undefined;
  if (protocol === undefined || !PROTOCOLS_WITH_PORTS.includes(protocol)) {
    throw new Refusal({ thing: source, problem: `${name} has no ports`, repair: 'leave them out', value: source });
  }
  if (destination === undefined) {
    throw new Refusal({ thing: source, problem: 'the destination port is missing', repair: 'say SPORT DPORT' });
  }
  return [readPort(source), readPort(destination)];
}

function readPort(word: string): number {
  if (/^\d{1,5}$/.test(word) && Number(word) <= 65_535) return Number(word);
  throw new Refusal({ thing: word, problem: 'not a port', repair: 'say 0 to 65535', value: word });
}

function readVlan(word: string): number {
  if (/^\d{1,4}$/.test(word) && Number(word) >= 1 && Number(word) <= 4094) return Number(word);
  throw new Refusal({
    thing: `--vlan ${word}`,
    problem: 'not a VLAN id',
    repair: 'say 1 to 4094, several with commas, the outermost first',
    value: word,
  });
}
