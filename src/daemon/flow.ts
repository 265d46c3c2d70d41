/**
 * `vethcfg flow`: by which port frames of a flow leave. A frame of the flow is built and hashed as the data path would.
 * What the user did not say is looked up or assumed, and told, if it matters: whether it does is tried out, so that this
 * file need not know what a hash policy looks at.
 */
import { hashSpec } from '../aggregator/settings.js';
import type { NextHop } from '../drivers/next-hop.js';
import type { Mac } from '../lacp/variables.js';
import { BUCKETS } from '../mux/distributor.js';
import { carries, encodeFlowFrame, type FlowFrame, type FlowPacket, PROTOCOLS_WITH_PORTS } from '../mux/flow-frame.js';
import { hashFrame } from '../mux/hash.js';
import type { Bundle } from './bundle.js';
import { bridges } from './datapath-of.js';
import { type FlowWords, readFlowWords } from './flow-words.js';
import type { Arguments, FlowResult } from './messages.js';
import { Refusal } from './refusal.js';

export interface FlowWorld {
  /** Where the stack of this namespace sends packets for an address. */
  nextHop(destination: Uint8Array): NextHop | undefined;
  /** Name of an interface here. */
  nameOf(ifindex: number): string | undefined;
}

const ICMP = 1;
const ICMPV6 = 58;

export function predictFlow(bundle: Bundle, args: Arguments<'flow'>, world: FlowWorld): FlowResult {
  if (bridges(bundle.settings)) {
    throw new Refusal({
      thing: bundle.name,
      problem: 'mode=bridge shares nothing among ports: a bridge sends a frame where its destination was heard',
      repair: `see vethcfg show --addresses ${bundle.name}`,
    });
  }
  const words = readFlowWords(args);
  const spec = hashSpec(bundle.settings);
  const { policy } = spec;
  const hash = (frame: FlowFrame) => {
    const octets = encodeFlowFrame(frame);
    return hashFrame(spec, octets, 0, octets.length);
  };
  const assumed: string[] = [];
  let frame = firstGuess(words, bundle.mac);
  /** Whether frames with other values there have another hash. */
  const matters = (...others: Partial<FlowFrame>[]) =>
    others.some((other) => hash({ ...frame, ...other }) !== hash(frame));

  const { ip } = frame;
  if (ip === undefined) {
    const addresses = (octet: number) => new Uint8Array(frame.type === 0x86dd ? 16 : 4).fill(octet);
    const packet = (octet: number) => ({ ip: { from: addresses(octet), to: addresses(0), protocol: 0 } });
    if ([0x0800, 0x86dd].includes(frame.type) && matters(packet(1), packet(2))) {
      throw new Refusal({
        thing: `hash=${policy}`,
        problem: 'it looks at IP addresses, and the flow is named by MAC addresses',
        repair: `say vethcfg flow ${bundle.name} IP-ADDRESS IP-ADDRESS, or name another EtherType than that of IP`,
      });
    }
    if (words.type === undefined && matters({ type: 0x86dd }, { type: 0x0806 })) assumed.push('EtherType ip (0x0800)');
  } else {
    const packets = packetsOf(ip);
    for (const [i, { protocol, ports, said }] of words.packets.entries()) {
      const packet = packets[i] ?? ip;
      const where = i === 0 ? '' : ' in the tunnel';
      const others = (change: Partial<FlowPacket>) => ({ ip: nested(packets.with(i, { ...packet, ...change })) });
      if (protocol === undefined && matters(others({ protocol: 6 }))) {
        assumed.push(`protocol ${packet.protocol === ICMP ? 'icmp' : 'icmpv6'}${where}`);
      }
      const without = ports === undefined && PROTOCOLS_WITH_PORTS.includes(packet.protocol);
      if (!without || !matters(others({ ports: [1, 2] }))) continue;
      const whole = `vethcfg flow ${bundle.name} ${said} SPORT DPORT`;
      throw new Refusal({
        thing: said.split(' ')[2] ?? '',
        problem: `hash=${policy} looks at its ports${where}`,
        repair: i === 0 ? `say ${whole}` : `say --inner '${said} SPORT DPORT'`,
      });
    }
    const label = (value: number) => ({ ip: nested(packets.map((packet) => ({ ...packet, label: value }))) });
    if (words.label === undefined && matters(label(1), label(2))) assumed.push('IPv6 flow label 0');
    const [length] = carries(packets.at(-1) ?? ip);
    const inside = { from: new Uint8Array(length ?? 0), to: new Uint8Array(length ?? 0), protocol: 255 };
    if (length !== undefined && matters({ ip: nested([...packets, inside]) }))
      assumed.push('no packet of IP in the tunnel');
  }
  if (words.vlans.length === 0 && matters({ vlans: [1] }, { vlans: [2] })) assumed.push('no VLAN tag');
  if (words.macs.from === undefined && matters({ from: '02:00:00:00:00:01' }, { from: '02:00:00:00:00:02' })) {
    assumed.push(`source MAC address ${bundle.mac}, that of ${bundle.name}`);
  }
  if (words.macs.to === undefined && matters({ to: '02:00:00:00:00:01' }, { to: '02:00:00:00:00:02' })) {
    const found = destinationMac(words.packets[0]?.to ?? new Uint8Array(4), bundle, world);
    if (found.mac === undefined) {
      throw new Refusal({
        thing: args.destination,
        problem: `hash=${policy} looks at the destination MAC address, and ${found.why}`,
        repair: 'say --dst-mac MAC',
      });
    }
    assumed.push(`destination MAC address ${found.mac}, ${found.why}`);
    frame = { ...frame, to: found.mac };
  }

  const value = hash(frame);
  const bucket = value % BUCKETS;
  const { port, moving } = bundle.portOfBucket(bucket);
  return { veth: bundle.name, port: port?.facts.name, moving, policy, hash: value, bucket, assumed };
}

function firstGuess({ macs, packets, type, vlans, label }: FlowWords, own: Mac): FlowFrame {
  const to = macs.to ?? '02:00:00:00:00:00';
  const [outer] = packets;
  if (outer === undefined) return { from: macs.from ?? own, to, vlans, type: type ?? 0x0800 };
  const ip = nested(
    packets.map(({ from: source, to: target, protocol, ports }) => ({
      from: source,
      to: target,
      protocol: protocol ?? (source.length === 4 ? ICMP : ICMPV6),
      ports,
      label,
    })),
  );
  return { from: macs.from ?? own, to, vlans, type: outer.from.length === 4 ? 0x0800 : 0x86dd, ip };
}

/** A packet and those inside it, the outermost first; `nested` puts them together again. */
function packetsOf({ inside, ...outer }: FlowPacket): FlowPacket[] {
  return [outer, ...(inside === undefined ? [] : packetsOf(inside))];
}

const nested = (packets: readonly FlowPacket[]): FlowPacket | undefined =>
  packets.reduceRight<FlowPacket | undefined>((inside, packet) => ({ ...packet, inside }), undefined);

function destinationMac(
  destination: Uint8Array,
  { name, virtual }: Bundle,
  world: FlowWorld,
): { readonly mac: Mac | undefined; readonly why: string } {
  const group = groupMac(destination);
  if (group !== undefined) return { mac: group, why: 'that of the group' };
  const hop = world.nextHop(destination);
  if (hop === undefined) return { mac: undefined, why: 'there is no route to it here' };
  if (hop.kind === 'local') return { mac: undefined, why: "the address is this host's own" };
  const by = hop.ifindex === undefined ? undefined : world.nameOf(hop.ifindex);
  if (hop.ifindex !== virtual.ifindex) return { mac: undefined, why: `its route is by ${by}, not by ${name}` };
  if (hop.kind === 'broadcast') return { mac: hop.mac, why: 'the broadcast address' };
  const whose = hop.gateway === undefined ? "the neighbour's" : `that of the router ${text(hop.gateway)}`;
  return { mac: hop.mac, why: hop.mac === undefined ? `${whose} is not known (send it something first)` : whose };
}

/** The address of a multicast group (RFC 1112, RFC 2464), or of the broadcast. */
function groupMac(ip: Uint8Array): Mac | undefined {
  const [first = 0] = ip;
  if (ip.length === 4 && ip.every((octet) => octet === 255)) return 'ff:ff:ff:ff:ff:ff';
  if (ip.length === 4 && first >> 4 === 14) return hex([0x01, 0x00, 0x5e, (ip[1] ?? 0) & 0x7f, ip[2] ?? 0, ip[3] ?? 0]);
  return ip.length === 16 && first === 0xff ? hex([0x33, 0x33, ...ip.subarray(12)]) : undefined;
}

const hex = (octets: readonly number[]): Mac => octets.map((octet) => octet.toString(16).padStart(2, '0')).join(':');

function text(ip: Uint8Array): string {
  if (ip.length === 4) return ip.join('.');
  const octets = [...ip].map((octet) => octet.toString(16).padStart(2, '0'));
  return octets.map((octet, i) => (i > 0 && i % 2 === 0 ? `:${octet}` : octet)).join('');
}
