/**
 * A virtual interface whose members are bridged by the kernel: a hidden bridge device has them and the hidden peer as its
 * ports. So the host's interface goes on as it was, with its addresses, and forwarding needs no process.
 *
 *     host  ->  veth0 | _veth0 -+
 *                        eth0  -+- _veth0b
 *                        eth1  -+
 *
 * A bridge takes frames to the address of any of its ports for its own; and the address of the host's interface is, as a
 * rule, that of its first member. So the bridge is told where that address is (`setStaticAddress`), each time a port with
 * the same one has come. The bridge device itself has nothing to say: it is silenced like a member.
 */
import type { BridgeControl, BridgePort, BridgeRules, Datapath, DatapathCounters } from '../../aggregator/io.js';
import type { Mac } from '../../lacp/variables.js';
import { NO_FRAMES } from '../counter-sums.js';
import * as change from '../interface-change.js';
import { writeSysctl } from '../interface-sysctl.js';
import { Silencer } from '../silence-program.js';
import { IFF_NOARP, IFF_UP, IFNAMSIZ } from '../sys/constants.js';
import { peerName } from '../virtual-interface.js';
import { BR_STATE_DISABLED, BR_STATE_FORWARDING } from './bridge-attributes.js';
import * as bridgeLink from './bridge-link.js';
import { type BridgeWatch, watchBridge } from './bridge-watch.js';
import { GuardRunner } from './guard-runner.js';
import { type LinkCounters, linkCounters } from './link-counters.js';

export interface BridgeOptions {
  /** Of the virtual interface. */
  readonly name: string;
  /** The hidden peer of the virtual interface. */
  readonly hostIfindex: number;
  readonly mac: Mac;
  readonly rules: BridgeRules;
  readonly log: (line: string) => void;
  /** State of a port, or what the loop guard says of it. */
  readonly changed: () => void;
}

export interface KernelBridgeOptions extends BridgeOptions {
  /** Whether frames that come in on a member or the hidden peer are to be kept from what is behind; gives whether they are. */
  readonly silence: (ifindex: number, silent: boolean) => boolean;
  /** Descriptor of a silence of the bridge's own, from the program before us in this process. */
  readonly inherited?: (ifindex: number) => number | undefined;
}

const SILENT_SYSCTLS = [
  ['ipv6/disable_ipv6', '1'],
  ['ipv4/rp_filter', '1'],
  ['ipv4/arp_ignore', '8'],
] as const;

export class KernelBridge implements Datapath, BridgeControl {
  readonly kind = 'kernel';
  readonly #ifindex: number;
  readonly #silencer: Silencer;
  readonly #members: number[] = [];
  /** What the counters of a member were when it came. */
  readonly #before = new Map<number, LinkCounters>();
  readonly #watch: BridgeWatch;
  #rules: BridgeRules;
  #mac: Mac;
  #guard: GuardRunner | undefined;
  #states: ReadonlyMap<number, BridgePort['state']>;
  /** Ports that a process before us has blocked, perhaps. */
  readonly #left: Set<number>;

  /** Makes the bridge, or takes over the one that a process before us has left. Throws SysError; then nothing is left. */
  constructor(private readonly options: KernelBridgeOptions) {
    const { name, hostIfindex, rules, inherited } = options;
    this.#rules = rules;
    this.#mac = options.mac;
    const former = bridgeLink.findBridge(name);
    this.#ifindex = former ?? bridgeLink.createBridge(hiddenName(name, hostIfindex), name, rules);
    this.#silencer = new Silencer(this.#ifindex, true, inherited?.(this.#ifindex));
    try {
      if (former !== undefined) bridgeLink.setBridge(former, name, rules);
      this.#quieten();
      this.#states = bridgeLink.portStates(this.#ifindex);
      this.#left = new Set([...this.#states].filter(([, state]) => state === 'disabled').map(([port]) => port));
      change.changeFlags(this.#ifindex, IFF_UP, IFF_UP, `set the bridge of ${name} up`);
      this.#join(hostIfindex);
      this.#watch = watchBridge(
        (ifindex) => ifindex === hostIfindex || this.#members.includes(ifindex),
        () => this.#look(),
      );
    } catch (error) {
      this.#silencer.end();
      change.deleteInterface(this.#ifindex, `remove the bridge of ${name}`);
      throw error;
    }
    this.#openGuard();
  }

  get bridge(): BridgeControl {
    return this;
  }

  get silence(): { readonly ifindex: number; readonly fd: number | undefined } {
    return { ifindex: this.#ifindex, fd: this.#silencer.fd };
  }

  async addPort(ifindex: number): Promise<void> {
    if (this.#members.includes(ifindex)) return;
    this.#members.push(ifindex);
    try {
      this.#before.set(ifindex, linkCounters(ifindex));
      this.#join(ifindex);
    } catch (error) {
      this.#members.pop();
      throw error;
    }
    this.#look();
  }

  async removePort(ifindex: number): Promise<void> {
    const place = this.#members.indexOf(ifindex);
    if (place < 0) return;
    this.#members.splice(place, 1);
    this.#before.delete(ifindex);
    this.#part(ifindex);
    this.#look();
  }

  /** Nothing is distributed. */
  setTable(): void {}

  sendBehind(): Promise<void> {
    return Promise.reject(new Error('a bridge sends no markers'));
  }

  async delivered(): Promise<void> {}

  counters(): DatapathCounters {
    const ports = this.#members.map((ifindex) => {
      const [now, before] = [linkCounters(ifindex), this.#before.get(ifindex) ?? NO_FRAMES];
      const [rxFrames, txFrames, rxBytes, txBytes] = (['rxFrames', 'txFrames', 'rxBytes', 'txBytes'] as const).map(
        (key) => Math.max(0, now[key] - before[key]),
      ) as [number, number, number, number]; // of four
      return [ifindex, { ...NO_FRAMES, rxFrames, txFrames, rxBytes, txBytes }] as const;
    });
    return { ports: new Map(ports), txNoPort: 0, txSlowProtocols: 0, rxHostRefused: 0, txOverrun: 0 };
  }

  bucketBytes(): undefined {
    return undefined;
  }

  setLocalAddress(mac: Mac): void {
    this.#mac = mac;
    bridgeLink.setStaticAddress(this.options.hostIfindex, mac, `tell the bridge where ${mac} is`);
  }

  configure(rules: BridgeRules): void {
    bridgeLink.setBridge(this.#ifindex, this.options.name, rules);
    this.#rules = rules;
    this.#openGuard();
  }

  ports(): ReadonlyMap<number, BridgePort> {
    const blocked = this.#guard?.blocked;
    return new Map(
      this.#members.map((ifindex) => {
        const loop = blocked?.get(ifindex);
        const state = loop === undefined ? (this.#states.get(ifindex) ?? 'disabled') : 'blocking';
        return [ifindex, { state, loop: loop && { other: loop.other } }];
      }),
    );
  }

  addresses() {
    return bridgeLink.learnedAddresses(this.#ifindex).filter(({ port }) => port !== this.options.hostIfindex);
  }

  /** The process goes, the bridge forwards on. */
  letGo(): void {
    this.#watch.close();
    this.#guard?.close();
  }

  /** The members are silent again, and the bridge is no more. */
  async close(): Promise<void> {
    this.letGo();
    for (const ifindex of [...this.#members, this.options.hostIfindex]) this.#part(ifindex);
    this.#silencer.end();
    change.deleteInterface(this.#ifindex, `remove the bridge of ${this.options.name}`);
  }

  /** First it becomes a port, then frames come. */
  #join(ifindex: number): void {
    const { name, hostIfindex, silence } = this.options;
    bridgeLink.setMaster(ifindex, this.#ifindex, `make interface ${ifindex} a port of the bridge of ${name}`);
    bridgeLink.setStaticAddress(hostIfindex, this.#mac, `tell the bridge of ${name} where ${this.#mac} is`);
    silence(ifindex, false);
  }

  #part(ifindex: number): void {
    this.options.silence(ifindex, true);
    change.unlessGone(() => bridgeLink.setMaster(ifindex, 0, `take interface ${ifindex} out of the bridge`));
  }

  /** Without spanning tree, and if it is wanted. Ports that are blocked stay so, as far as the bridge may say. */
  #openGuard(): void {
    const wanted = this.#rules.loopGuard && !this.#rules.stp;
    if (wanted && this.#guard === undefined) {
      const { log, changed } = this.options;
      this.#guard = new GuardRunner({ block: (port, blocked) => this.#block(port, blocked), log, changed }, [
        this.#ifindex,
      ]);
    }
    if (!wanted && this.#guard !== undefined) {
      const blocked = [...this.#guard.blocked.keys()];
      this.#guard.close();
      this.#guard = undefined;
      if (!this.#rules.stp) for (const port of blocked) this.#block(port, false);
    }
    this.#look();
  }

  #block(port: number, blocked: boolean): void {
    const state = blocked ? BR_STATE_DISABLED : BR_STATE_FORWARDING;
    change.unlessGone(() => bridgeLink.setPortState(port, state, `${blocked ? 'block' : 'open'} interface ${port}`));
  }

  #look(): void {
    const { changed } = this.options;
    const before = this.#states;
    this.#states = bridgeLink.portStates(this.#ifindex);
    if (this.#guard !== undefined) {
      const links = this.#members.flatMap((ifindex) => change.findByIndex(ifindex)?.facts ?? []);
      const up = links.filter(({ link }) => link !== 'down');
      const left = up.map(({ ifindex }) => ifindex).filter((port) => this.#left.delete(port));
      this.#guard.setPorts(up, left);
    }
    const same =
      before.size === this.#states.size && [...before].every(([port, state]) => this.#states.get(port) === state);
    if (!same) changed();
  }

  #quieten(): void {
    const hidden = change.findByIndex(this.#ifindex)?.facts.name ?? '';
    change.changeFlags(this.#ifindex, IFF_NOARP, IFF_NOARP, `switch off ARP on ${hidden}`);
    for (const [setting, value] of SILENT_SYSCTLS) writeSysctl(hidden, setting, value);
  }
}

/** `_veth0b`; where that is too long, or taken, by the number of the hidden peer. */
function hiddenName(name: string, hostIfindex: number): string {
  const wanted = `${peerName(name)}b`;
  const fits = Buffer.byteLength(wanted) < IFNAMSIZ && change.findByName(wanted) === undefined;
  return fits ? wanted : `_bridge${hostIfindex}`;
}

/** Takes away what a process has left of the bridge of a virtual interface. True: there was one. */
export function removeBridge(name: string): boolean {
  const ifindex = bridgeLink.findBridge(name);
  if (ifindex === undefined) return false;
  change.deleteInterface(ifindex, `remove the bridge of ${name}`);
  return true;
}
