/** The words of `vethcfg flow`, read into what they mean. Throws a `Refusal` that names the word and the repair. */
import { isIPv4, isIPv6 } from 'node:net';
import type { Mac } from '../lacp/variables.js';
import { PROTOCOLS_WITH_PORTS } from '../mux/flow-frame.js';
import type { Arguments } from './messages.js';
import { Refusal } from './refusal.js';

/** What the user says of a flow; undefined where nothing is said. */
export interface FlowWords {
  readonly macs: { readonly from: Mac | undefined; readonly to: Mac | undefined };
  /** Octets of the addresses; undefined: the flow was named by MAC addresses. */
  readonly ip: { readonly from: Uint8Array; readonly to: Uint8Array } | undefined;
  /** Of the IP header. */
  readonly protocol: number | undefined;
  /** EtherType of a flow named by MAC addresses. */
  readonly type: number | undefined;
  readonly ports: readonly [number, number] | undefined;
  readonly vlans: readonly number[];
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
};
const TYPES: Readonly<Record<string, number>> = { ip: 0x0800, arp: 0x0806, ipv6: 0x86dd };

export function readFlowWords(args: Arguments<'flow'>): FlowWords {
  const { source, destination, protocol, sourcePort, destinationPort, srcMac, dstMac, vlan } = args;
  const [a, b] = [readAddress('SRC', source), readAddress('DST', destination)];
  const vlans = vlan === undefined ? [] : vlan.split(',').map(readVlan);
  if (a.length !== b.length) {
    throw new Refusal({
      thing: `${source} ${destination}`,
      problem: 'two addresses of different kinds',
      repair: 'give two MAC, two IPv4 or two IPv6 addresses',
    });
  }
  if (a.length === 6) {
    const given = srcMac ?? dstMac;
    if (given !== undefined) {
      throw new Refusal({
        thing: given,
        problem: 'the flow is named by its MAC addresses already',
        repair: 'leave --src-mac and --dst-mac out',
      });
    }
    const macs = { from: macOf(a), to: macOf(b) };
    return { macs, ip: undefined, protocol: undefined, type: readType(protocol), ports: undefined, vlans };
  }
  const macs = { from: readMac('--src-mac', srcMac), to: readMac('--dst-mac', dstMac) };
  const number = protocol === undefined ? undefined : readProtocol(protocol);
  return {
    macs,
    ip: { from: a, to: b },
    protocol: number,
    type: undefined,
    ports: readPorts(number, protocol, sourcePort, destinationPort),
    vlans,
  };
}

function readAddress(what: string, word: string): Uint8Array {
  const octets = macOctets(word) ?? (isIPv4(word) ? Uint8Array.from(word.split('.').map(Number)) : ipv6Octets(word));
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

function ipv6Octets(word: string): Uint8Array | undefined {
  const [address = ''] = word.split('%');
  if (!isIPv6(address)) return undefined;
  // An IPv4 address at the end stands for two groups.
  const text = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...octets: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = text.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return Uint8Array.from(
    [...first, ...zeros, ...last].flatMap((group) => {
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
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
