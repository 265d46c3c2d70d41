/**
 * What the engine needs from the world, as types only. Drivers implement them; tests replace them.
 * No function here waits for a frame: everything that happens arrives through a callback.
 */
import type { Mac } from '../lacp/variables.js';
import type { ForwardingTable } from '../mux/distributor.js';

/** A source of time. Milliseconds, monotonic, any origin. */
export interface Clock {
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** What the kernel says of one network interface. */
export interface LinkFacts {
  readonly ifindex: number;
  readonly name: string;
  /** The address in use. */
  readonly mac: Mac;
  readonly mtu: number;
  /** False: administratively down (IFF_UP cleared). */
  readonly adminUp: boolean;
  /** Operational state; `unknown` where the driver reports none (IF_OPER_UNKNOWN). */
  readonly link: 'up' | 'down' | 'unknown';
  /** Mbit/s; undefined where the driver does not know (virtio, TAP, veth ...). */
  readonly speed: number | undefined;
  readonly duplex: 'full' | 'half' | undefined;
  /** IFF_LOOPBACK. */
  readonly loopback: boolean;
  /** ARPHRD_ETHER: only such interfaces can be ports. */
  readonly ethernet: boolean;
  /** IFF_PROMISC is in force (a bridge or a capture runs on it). */
  readonly promiscuous: boolean;
  /** ifindex of the master (bridge, bond) that already owns the interface; undefined where there is none. */
  readonly master: number | undefined;
  /** Layer below: the interface this one is stacked on or paired with (IFLA_LINK) in the same namespace. */
  readonly lower: number | undefined;
  /** While it is a port of a bridge of ours. */
  readonly bridge?: BridgePort | undefined;
}

export type LinkEvent =
  | { readonly kind: 'link'; readonly facts: LinkFacts }
  | { readonly kind: 'gone'; readonly ifindex: number }
  | { readonly kind: 'address'; readonly ifindex: number; readonly address: string; readonly added: boolean };

/** Kernel interfaces of one network namespace, and what happens to them (rtnetlink, ethtool). */
export interface LinkWatch {
  /** Every interface now, in ifindex order. */
  links(): readonly LinkFacts[];
  /** Addresses (`192.0.2.1/24`) of an interface. */
  addresses(ifindex: number): readonly string[];
  /** Events arrive in order after this call; a lost-event overrun is mended by a full re-read. */
  start(listener: (event: LinkEvent) => void): void;
  close(): void;
}

/** The control-plane socket: slow-protocols frames (EtherType 0x8809) of all ports of one namespace. */
export interface SlowProtocolsWire {
  /** Join 01-80-C2-00-00-02 on a port and deliver its frames. */
  join(ifindex: number): void;
  leave(ifindex: number): void;
  /** Send one whole Ethernet frame. False: the kernel refused it (the reason was counted by the driver). */
  send(ifindex: number, frame: Uint8Array): boolean;
  /** `frame` starts at the destination address and is valid only during the call. */
  start(listener: (ifindex: number, frame: Uint8Array) => void): void;
  /** Deliver what has arrived already, now. */
  drain(): void;
  close(): void;
}

/** What was changed on a port while it is attached, as data, so that a later process can restore it. */
export interface MemberRecord {
  readonly ifindex: number;
  readonly name: string;
  /** Former values, to be put back. */
  readonly noarp: boolean;
  readonly adminUp: boolean;
  readonly mtu: number;
  readonly sysctls: Readonly<Record<string, string>>;
  /** Configured IPv6 addresses, which silencing deletes: bodies of RTM_NEWADDR messages in hexadecimal. */
  readonly addresses?: readonly string[] | undefined;
  /** Whether it was to receive all multicast, and all frames; absent: no. */
  readonly allmulti?: boolean | undefined;
  readonly promisc?: boolean | undefined;
  /** Not former: the address that was let in for us, to be taken back. */
  readonly letIn?: Mac | undefined;
}

/** A port under our control: its own stack is silent until released. */
export interface Member {
  readonly record: MemberRecord;
  /** Undefined when nothing but slow protocols reaches the host's stack; else why that is only partly so. */
  readonly reduced: string | undefined;
  setMtu(mtu: number): void;
  /**
   * What the port's network card lets in besides its own address: frames to `mac` and all multicast; with `promiscuous`
   * everything. Stays when the process ends, until `release`.
   */
  setFilter(mac: Mac, promiscuous: boolean): void;
  release(): void;
}

/** The interface the host sees (`veth0`) and its hidden peer, where the data path works. */
export interface VirtualInterface {
  readonly name: string;
  readonly ifindex: number;
  readonly peerIfindex: number;
  setMac(mac: Mac): void;
  setMtu(mtu: number): void;
  setCarrier(up: boolean): void;
  remove(): void;
}

/** Frames and octets that passed, and frames dropped by reason. */
export interface PortCounters {
  readonly rxFrames: number;
  readonly rxBytes: number;
  readonly txFrames: number;
  readonly txBytes: number;
  /** Received while the port was not COLLECTING. */
  readonly rxNotCollecting: number;
  /** Of a conversation that belongs on another port (Discard_Wrong_Conversation). */
  readonly rxWrongConversation: number;
  /** The kernel refused to take the frame (queue full, link gone, too long). */
  readonly txRefused: number;
  /** Lost between kernel and us: the socket's buffer was full. */
  readonly rxOverrun: number;
  /** Of the frames sent: those that were held first, because their conversations were moving to this port. */
  readonly txHeld: number;
  /** Of these, the ones let go before the move was over, because no more could be held: their order is not sure. */
  readonly txHeldEarly: number;
}

/** Counters of the whole virtual interface. */
export interface DatapathCounters {
  /** By port ifindex. */
  readonly ports: ReadonlyMap<number, PortCounters>;
  /** Frames of the host that found no DISTRIBUTING port. */
  readonly txNoPort: number;
  /** Slow-protocols frames that the host tried to send through the virtual interface. */
  readonly txSlowProtocols: number;
  /** The host's queue was full when a received frame was handed up. */
  readonly rxHostRefused: number;
  /** Lost between the host and us: the socket's buffer was full. */
  readonly txOverrun: number;
}

/**
 * Frame Distributor and Collector of one virtual interface. Table changes act between two frames. Frames of a bucket
 * that the table says to hold are kept, as many as there is room for, and leave in order by the port that a later table
 * gives it, before any newer frame of the bucket. (A data path in the kernel diverts such buckets to user space.)
 */
export interface Datapath {
  /** `user` or `kernel`. */
  readonly kind: string;
  /** Why it is this one and no better one, or what is less about it; undefined: nothing to be said. */
  readonly reason?: string | undefined;
  addPort(ifindex: number): Promise<void>;
  removePort(ifindex: number): Promise<void>;
  /** Replaces the whole table at once. */
  setTable(table: ForwardingTable): void;
  /**
   * Sends a frame of the control plane on a port, behind every data frame that tables before the newest one have sent
   * there. Rejects when the kernel refuses it.
   */
  sendBehind(ifindex: number, frame: Uint8Array): Promise<void>;
  /** Resolves when all frames that had come in on the port before the call have been handed to the host. */
  delivered(ifindex: number): Promise<void>;
  counters(): DatapathCounters;
  /**
   * Octets of the host that each of the BUCKETS buckets has given to ports since the data path was opened; undefined:
   * this data path does not know. A copy, or a view that goes on counting.
   */
  bucketBytes(): Float64Array | undefined;
  /** Of a data path that bridges its ports, instead of distributing over them. */
  readonly bridge?: BridgeControl | undefined;
  close(): Promise<void>;
}

/** How a bridge works, in the kernel or in user space. */
export interface BridgeRules {
  readonly stp: boolean;
  /** Seconds for which a learned address is remembered. */
  readonly ageing: number;
  /** Seconds that a port listens, and then learns; with spanning tree. */
  readonly forwardDelay: number;
  /** Bridge Priority; with spanning tree. */
  readonly priority: number;
  readonly multicastSnooping: boolean;
  /** Without spanning tree: probes that find loops. */
  readonly loopGuard: boolean;
}

export const BRIDGE_PORT_STATES = ['disabled', 'listening', 'learning', 'forwarding', 'blocking'] as const;

/** A port of a bridge, as the bridge has it. */
export interface BridgePort {
  readonly state: (typeof BRIDGE_PORT_STATES)[number];
  /** The loop guard has blocked it; `other`: ifindex of the port at the other end of the loop, where that is known. */
  readonly loop?: { readonly other: number | undefined } | undefined;
}

export interface LearnedAddress {
  readonly mac: Mac;
  /** 0: untagged. */
  readonly vlan: number;
  /** ifindex. */
  readonly port: number;
  /** Milliseconds since a frame came from it. */
  readonly age: number;
}

export interface BridgeControl {
  /** The address of the host's interface: it is always known to be there. */
  setLocalAddress(mac: Mac): void;
  /** Throws what the kernel refuses. */
  configure(rules: BridgeRules): void;
  /** By ifindex. */
  ports(): ReadonlyMap<number, BridgePort>;
  addresses(): readonly LearnedAddress[];
}
