/**
 * What is to be done with a frame, as one number: a kind, and an index that says more. A number, so that deciding about
 * a frame allocates nothing, and a program in the kernel can say the same.
 */
export const Kind = {
  /** Goes where it would go without us: a frame from the wire is the host's. */
  PASS: 0,
  /** To the slave with this index. */
  SLAVE: 1,
  /**
   * To all slaves but the one with this index (NOBODY: to all). From the wire: the host has it too. From a slave: it
   * leaves by the wire too.
   */
  EVERY: 2,
  /** Out of the master, as it is. */
  WIRE: 3,
  /** To the host, as a frame that the master received. */
  STACK: 4,
  /** The packet goes the way that the host's routing says. */
  ROUTE: 5,
  /** Nowhere; the index is that of the reason. */
  DROP: 6,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** No slave. */
export const NOBODY = 0xffff;

/** Why a frame goes nowhere. The order is part of the programs in the kernel: add at the end. */
export const DROP_REASONS = [
  /** Shorter than its headers. */
  'malformed',
  /** Its source is not the master's MAC address. */
  'mac',
  /** Neither IPv4 nor IPv6 nor ARP: tags, slow protocols, spanning tree ... */
  'type',
  /** Its source is not an address of the slave. */
  'source',
  /** ARP that speaks for others, or any in l3. */
  'arp',
  /** Neighbour Discovery that speaks for others or as a router, or any in l3. */
  'nd',
  /** To a group, in l3. */
  'multicast',
  /** To another slave, where they are private. */
  'private',
  /** To the slave itself. */
  'self',
  /** To an address that no packet on a wire may have, such as the host's 127.0.0.1. */
  'destination',
  /** To be routed, and no route, or its hops were over. Found by the data path, as what follows. */
  'unrouted',
  /** To be routed, and longer than the way takes. */
  'toobig',
  /** The machine had no room for it, or the interface was down. */
  'lost',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export const verdict = (kind: Kind, index = 0): number => (kind << 16) | index;
export const kindOf = (verdict: number): Kind => (verdict >>> 16) as Kind; // made by `verdict`
export const indexOf = (verdict: number): number => verdict & 0xffff;

export const PASS = verdict(Kind.PASS);
export const WIRE = verdict(Kind.WIRE);
export const STACK = verdict(Kind.STACK);
export const ROUTE = verdict(Kind.ROUTE);
export const dropFor = (reason: DropReason): number => verdict(Kind.DROP, DROP_REASONS.indexOf(reason));

/** For people: `to slave 1`, `dropped: mac`. */
export function describeVerdict(value: number): string {
  const index = indexOf(value);
  switch (kindOf(value)) {
    case Kind.PASS:
      return 'left to the host';
    case Kind.SLAVE:
      return `to slave ${index}`;
    case Kind.EVERY:
      return index === NOBODY ? 'to every slave' : `to every slave but ${index}`;
    case Kind.WIRE:
      return 'to the wire';
    case Kind.STACK:
      return 'to the host';
    case Kind.ROUTE:
      return 'routed by the host';
    case Kind.DROP:
      return `dropped: ${DROP_REASONS[index] ?? index}`;
  }
}
