/** Counters of data paths that have carried the same frames one after the other, or each a part of them. */
import type { DatapathCounters, PortCounters } from '../aggregator/io.js';

export const NO_FRAMES: PortCounters = {
  rxFrames: 0,
  rxBytes: 0,
  txFrames: 0,
  txBytes: 0,
  rxNotCollecting: 0,
  rxWrongConversation: 0,
  txRefused: 0,
  rxOverrun: 0,
  txHeld: 0,
  txHeldEarly: 0,
};

/** The sums, with these ports alone. What a part does not count it may leave out. */
export function addCounters(parts: readonly PartialCounters[], ports: Iterable<number>): DatapathCounters {
  const sum = (of: (part: PartialCounters) => number) => parts.reduce((total, part) => total + of(part), 0);
  const names = Object.keys(NO_FRAMES) as (keyof PortCounters)[]; // all of them
  const byPort = [...ports].map((ifindex) => {
    const counters = names.map((name) => [name, sum((part) => part.ports.get(ifindex)?.[name] ?? 0)] as const);
    return [ifindex, Object.fromEntries(counters) as unknown as PortCounters] as const; // by `names`
  });
  return {
    ports: new Map(byPort),
    txNoPort: sum((part) => part.txNoPort),
    txSlowProtocols: sum((part) => part.txSlowProtocols),
    rxHostRefused: sum((part) => part.rxHostRefused),
    txOverrun: sum((part) => part.txOverrun),
  };
}

export interface PartialCounters extends Omit<DatapathCounters, 'ports'> {
  readonly ports: ReadonlyMap<number, Partial<PortCounters>>;
}
