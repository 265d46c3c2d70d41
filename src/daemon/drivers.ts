/** What the daemon needs of the world, for one network namespace; the engine's part of it is aggregator/io.ts. */
import type {
  BridgeRules,
  Clock,
  Datapath,
  LinkFacts,
  LinkWatch,
  Member,
  MemberRecord,
  SlowProtocolsWire,
  VirtualInterface,
} from '../aggregator/io.js';
import type { DatapathChoice } from '../drivers/datapath-choice.js';
import type { NextHop } from '../drivers/next-hop.js';
import type { Mac } from '../lacp/variables.js';
import type { AliasDrivers } from './layers/alias/alias-drivers.js';

/** Where the frames of all virtual interfaces are forwarded. */
export interface DatapathControl {
  readonly choice: DatapathChoice;
  /** Loses and reorders nothing. Rejects, with all as before, where the kernel does not permit it. */
  choose(choice: DatapathChoice): Promise<void>;
}

/** Everything with an effect outside this process. */
export interface Drivers {
  readonly clock: Clock;
  readonly links: LinkWatch;
  readonly wire: SlowProtocolsWire;
  createVirtualInterface(name: string, facts: { mac: Mac; mtu: number }): VirtualInterface;
  adoptVirtualInterface(name: string): VirtualInterface | undefined;
  attachMember(facts: LinkFacts, former?: MemberRecord): Member;
  restoreMember(record: MemberRecord): void;
  /** Where the host's stack sends packets for an address (4 or 16 octets). */
  nextHop(destination: Uint8Array): NextHop | undefined;
  readonly datapath: DatapathControl;
  readonly aliases: AliasDrivers;
  /** `hold`: frames wait where they are until the first table is given. */
  openDatapath(hostIfindex: number, name: string, hold: boolean): Promise<Datapath>;
  /**
   * One that bridges. Either of them can take the place of the other: it gets the same ports, then the former one is
   * closed, then it gets its table. `changed`: states of ports.
   */
  openBridge(
    hostIfindex: number,
    name: string,
    bridge: { readonly mac: Mac; readonly rules: BridgeRules },
    changed: () => void,
  ): Promise<Datapath>;
}
