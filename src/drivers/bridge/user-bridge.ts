/**
 * A virtual interface whose members are bridged in user space: where the kernel has no bridge, or is not to do it. No
 * spanning tree, so the loop guard works in its place.
 */
import type { BridgeControl, BridgePort, BridgeRules, Datapath, DatapathCounters } from '../../aggregator/io.js';
import type { Mac } from '../../lacp/variables.js';
import { AddressTable } from '../../layers/bridge/address-table.js';
import { ForwardingMemory, MAX_PORTS } from '../forwarding-memory.js';
import { findByIndex } from '../interface-change.js';
import { macBytes } from '../link-message.js';
import type { DatapathHeritage } from '../user-datapath-messages.js';
import { type BridgeWatch, watchBridge } from './bridge-watch.js';
import { GuardRunner } from './guard-runner.js';
import type { BridgeOptions } from './kernel-bridge.js';
import { sharedNow } from './user-bridge-messages.js';
import { BridgeWorker } from './user-bridge-worker.js';

export interface UserBridgeOptions extends BridgeOptions {
  /** Sockets that wait for somebody to read on. */
  readonly heritage?: DatapathHeritage | undefined;
  readonly onError: (error: Error) => void;
}

/** Resolves when it forwards. Rejects when the kernel refuses the sockets. */
export async function openUserBridge(options: UserBridgeOptions): Promise<UserBridge> {
  const bridge = new UserBridge(options);
  try {
    await bridge.ready;
  } catch (error) {
    bridge.letGo();
    throw error;
  }
  return bridge;
}

export class UserBridge implements Datapath, BridgeControl {
  readonly kind = 'user';
  readonly #memory = new ForwardingMemory();
  readonly #addresses = new AddressTable();
  readonly #worker: BridgeWorker;
  readonly #slots = new Map<number, number>();
  readonly #watch: BridgeWatch;
  #links = new Map<number, boolean>();
  #rules: BridgeRules;
  #mac: Mac;
  #guard: GuardRunner | undefined;

  constructor(private readonly options: UserBridgeOptions) {
    const { hostIfindex, mac, rules, heritage, onError } = options;
    this.#rules = rules;
    this.#mac = mac;
    this.#worker = new BridgeWorker(
      {
        hostIfindex,
        memory: this.#memory.shared,
        addresses: this.#addresses.shared,
        local: macBytes(mac),
        ageing: rules.ageing * 1_000,
        heritage,
      },
      {
        onProbe: (at, frame) => this.#guard?.heard(frame, at),
        onError,
        stop: () => {
          this.#memory.stop = true;
        },
      },
    );
    this.#watch = watchBridge(
      (ifindex) => this.#slots.has(ifindex),
      () => this.#look(),
    );
    this.#setGuard();
  }

  get ready(): Promise<void> {
    return this.#worker.ready;
  }

  get bridge(): BridgeControl {
    return this;
  }

  get reason(): string | undefined {
    return this.#rules.stp ? 'no spanning tree in user space; the loop guard works in its place' : undefined;
  }

  async addPort(ifindex: number): Promise<void> {
    if (this.#slots.has(ifindex)) return;
    const slot = this.#freeSlot();
    this.#slots.set(ifindex, slot);
    try {
      await this.#worker.request({ kind: 'add', ifindex, slot });
    } catch (error) {
      this.#slots.delete(ifindex);
      throw error;
    }
    this.#look();
  }

  async removePort(ifindex: number): Promise<void> {
    if (!this.#slots.delete(ifindex)) return;
    this.#look();
    await this.#worker.request({ kind: 'remove', ifindex });
  }

  /** Nothing is distributed. */
  setTable(): void {}

  sendBehind(): Promise<void> {
    return Promise.reject(new Error('a bridge sends no markers'));
  }

  async delivered(): Promise<void> {}

  counters(): DatapathCounters {
    return this.#memory.counters(this.#slots);
  }

  bucketBytes(): undefined {
    return undefined;
  }

  setLocalAddress(mac: Mac): void {
    this.#mac = mac;
    this.#configure();
  }

  configure(rules: BridgeRules): void {
    this.#rules = rules;
    this.#configure();
    this.#setGuard();
  }

  ports(): ReadonlyMap<number, BridgePort> {
    const blocked = this.#guard?.blocked;
    return new Map(
      [...this.#slots.keys()].map((ifindex) => {
        const loop = blocked?.get(ifindex);
        const up = this.#links.get(ifindex) === true;
        const state = loop !== undefined ? 'blocking' : up ? 'forwarding' : 'disabled';
        return [ifindex, { state, loop: loop && { other: loop.other } }];
      }),
    );
  }

  addresses() {
    const now = sharedNow();
    const { hostIfindex } = this.options;
    return this.#addresses.entries(now, now - this.#rules.ageing * 1_000).filter(({ port }) => port !== hostIfindex);
  }

  /** Sockets that rested receive from now on. */
  async hook(): Promise<void> {
    await this.#worker.request({ kind: 'hook' });
  }

  /** Forwards nothing any more; what comes waits in the sockets, for who goes on with them. */
  async handOver(): Promise<DatapathHeritage> {
    this.letGo();
    return this.#worker.handOver();
  }

  letGo(): void {
    this.#watch.close();
    this.#guard?.close();
    this.#guard = undefined;
  }

  async close(): Promise<void> {
    this.letGo();
    await this.#worker.close();
  }

  #configure(): void {
    this.#tell({ kind: 'configure', ageing: this.#rules.ageing * 1_000, local: macBytes(this.#mac) });
  }

  #setGuard(): void {
    const wanted = this.#rules.loopGuard || this.#rules.stp;
    if (wanted && this.#guard === undefined) {
      const { log, changed } = this.options;
      this.#guard = new GuardRunner({ block: (port, blocked) => this.#block(port, blocked), log, changed }, []);
    } else if (!wanted && this.#guard !== undefined) {
      const blocked = [...this.#guard.blocked.keys()];
      this.#guard.close();
      this.#guard = undefined;
      for (const port of blocked) this.#block(port, false);
    }
    this.#look();
  }

  #block(ifindex: number, blocked: boolean): void {
    if (this.#slots.has(ifindex))
      this.#tell({ kind: 'block', ifindex, blocked: blocked || this.#links.get(ifindex) !== true });
  }

  /** A port without link takes no flooded frames, and nothing is known to be behind it. */
  #look(): void {
    const links = [...this.#slots.keys()].flatMap((ifindex) => findByIndex(ifindex)?.facts ?? []);
    const up = links.filter(({ link }) => link !== 'down');
    const before = this.#links;
    this.#links = new Map(
      [...this.#slots.keys()].map((ifindex) => [ifindex, up.some((each) => each.ifindex === ifindex)]),
    );
    const changed = [...this.#links].filter(([ifindex, isUp]) => before.get(ifindex) !== isUp);
    this.#guard?.setPorts(up);
    for (const [ifindex] of changed) this.#block(ifindex, this.#guard?.blocked.has(ifindex) === true);
    if (changed.length > 0) this.options.changed();
  }

  /** Requests are done in order, and what is refused is of a port that has gone. */
  #tell(request: Parameters<BridgeWorker['request']>[0]): void {
    this.#worker.request(request).catch(() => {});
  }

  #freeSlot(): number {
    const used = new Set(this.#slots.values());
    for (let slot = 0; slot < MAX_PORTS; slot++) if (!used.has(slot)) return slot;
    throw new RangeError(`at most ${MAX_PORTS} ports of one interface`);
  }
}
