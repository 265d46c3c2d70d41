/**
 * A learning bridge on packet sockets: the loop of its worker thread. Where a frame goes is decided by LearningBridge;
 * here it is read, counted and sent. Super-frames cross as they are.
 *
 * A round waits for input, then reads at most one batch from the host and from each port, as user-datapath-engine.ts.
 */
import { AddressTable } from '../../layers/bridge/address-table.js';
import { BLOCKED, FLOOD, LearningBridge } from '../../layers/bridge/learning-bridge.js';
import { PROBE_TYPE } from '../../layers/bridge/probe.js';
import { nextBatch } from '../batch-size.js';
import { type ForwardingMemory, interfaceCounter, portCounter } from '../forwarding-memory.js';
import { BATCH, FrameArena, ReceiveBatch, SendBatch } from '../sys/batch.js';
import { Errno } from '../sys/sys-error.js';
import { FrameLook } from '../user-datapath-look.js';
import type { DatapathHeritage } from '../user-datapath-messages.js';
import type { EnginePort } from '../user-datapath-port.js';
import { DatapathSockets } from '../user-datapath-sockets.js';
import { type BridgeStart, sharedNow } from './user-bridge-messages.js';

/** Also the longest that a worker outlives a main thread that could not wake it. */
const IDLE_MS = 1000;
/** How often old addresses are swept out, and the kernel's drop counters are fetched. */
const HOUSEKEEPING_MS = 500;
/** Most probes that are told in one such time: a loop makes many of one. */
const MOST_PROBES = 64;
const LONGEST_PROBE = 256;

export interface BridgeEngineOptions extends Omit<BridgeStart, 'memory' | 'addresses'> {
  readonly memory: ForwardingMemory;
  readonly addresses: SharedArrayBuffer;
  readonly onProbe: (at: number, frame: Uint8Array) => void;
}

export class UserBridgeEngine {
  readonly #options: BridgeEngineOptions;
  readonly #counts: Float64Array;
  readonly #sockets: DatapathSockets;
  readonly #arena = new FrameArena();
  readonly #received = new ReceiveBatch(this.#arena);
  readonly #toHost = new SendBatch(this.#arena);
  readonly #look = new FrameLook(this.#arena, this.#received);
  readonly #bridge: LearningBridge;
  #byIndex: ReadonlyMap<number, EnginePort> = new Map();
  #hostMost = BATCH;
  #probes = 0;

  /** Opens the hidden peer's socket. Throws SysError. */
  constructor(options: BridgeEngineOptions) {
    const { hostIfindex, wakeFd, heritage, ageing, local, addresses, memory } = options;
    this.#options = options;
    this.#counts = memory.counts;
    this.#sockets = new DatapathSockets({
      hostIfindex,
      wakeFd,
      heritage,
      arena: this.#arena,
      capture: undefined,
      hold: false,
    });
    this.#bridge = new LearningBridge(hostIfindex, ageing, new AddressTable(undefined, addresses));
    this.#bridge.setLocalAddress(local);
  }

  /** `slot`: the place of its counters. Throws SysError. */
  addPort(ifindex: number, slot: number): void {
    if (this.#sockets.find(ifindex) !== undefined) return;
    this.#options.memory.clearPort(slot);
    this.#sockets.add(ifindex, slot);
    this.#index();
  }

  removePort(ifindex: number): void {
    const port = this.#sockets.find(ifindex);
    if (port === undefined) return;
    this.#sockets.remove(port);
    this.#bridge.setBlocked(ifindex, false);
    this.#bridge.forget(ifindex);
    this.#index();
  }

  setBlocked(ifindex: number, blocked: boolean): void {
    this.#bridge.setBlocked(ifindex, blocked);
  }

  hook(): void {
    this.#sockets.hook();
  }

  configure(ageing: number, local: Uint8Array): void {
    this.#bridge.ageing = ageing;
    this.#bridge.setLocalAddress(local);
  }

  /** Bridges until `onWake` says false or the shared memory says stop. */
  run(onWake: () => boolean): void {
    let due = 0;
    const { memory, hostIfindex } = this.#options;
    while (!memory.stop) {
      const before = this.#sockets.poll;
      const ready = before.wait(IDLE_MS);
      if (before.ready(0) && !onWake()) return;
      const { poll, ports, host } = this.#sockets; // onWake may have changed the ports: then nothing is ready yet
      const now = sharedNow();
      if (ready > 0) {
        if (poll.ready(1)) this.#hostMost = this.#from(host.fd, hostIfindex, undefined, this.#hostMost, now);
        for (let i = 0; i < ports.length; i++) {
          const port = ports[i];
          if (port === undefined || !poll.ready(2 + i)) continue;
          port.most = this.#from(port.socket.fd, port.socket.ifindex, port, port.most, now);
        }
      }
      if (now < due) continue;
      due = now + HOUSEKEEPING_MS;
      this.#housekeeping(now);
    }
  }

  /** Between two batches: every frame that was read has been sent, the others wait in the sockets. */
  handOver(): DatapathHeritage {
    return this.#sockets.handOver();
  }

  close(): void {
    this.#sockets.close();
  }

  /** One batch; gives how many frames to ask for next. `port` undefined: of the host. */
  #from(fd: number, from: number, port: EnginePort | undefined, most: number, now: number): number {
    const lost = port === undefined ? interfaceCounter('txOverrun') : portCounter(port.slot, 'rxOverrun');
    const got = this.#received.receive(fd, most);
    if (got <= 0) {
      // As in user-datapath-engine.ts: one frame could not be given to us.
      if (-got === Errno.EINVAL || -got === Errno.ENOMEM || -got === Errno.ENOBUFS) this.#count(lost, 1);
      return most;
    }
    let total = 0;
    for (let i = 0; i < got; i++) {
      const look = this.#look;
      if (!look.at(i)) {
        this.#count(lost, 1);
        continue;
      }
      total += look.length;
      if (look.frames > 1) this.#count(interfaceCounter('superFrames'), 1);
      if (port !== undefined && look.type === PROBE_TYPE) this.#tellProbe(from);
      this.#send(i, from, port, now);
    }
    this.#flush();
    this.#count(interfaceCounter('batches'), 1);
    return nextBatch(got, total);
  }

  #send(i: number, from: number, port: EnginePort | undefined, now: number): void {
    const look = this.#look;
    const way = this.#bridge.decide(this.#arena.bytes, look.start, look.length, from, now);
    if (port !== undefined) {
      if (way === BLOCKED && this.#bridge.isBlocked(from)) {
        this.#count(portCounter(port.slot, 'rxNotCollecting'), look.frames);
        return;
      }
      this.#count(portCounter(port.slot, 'rxFrames'), look.frames);
      this.#count(portCounter(port.slot, 'rxBytes'), look.octets);
    }
    if (way === FLOOD) this.#flood(i, port);
    else if (way === this.#options.hostIfindex) this.#push(this.#toHost, i);
    else if (way > 0) {
      const to = this.#byIndex.get(way);
      if (to !== undefined) this.#push(to.toPort, i);
    }
  }

  #flood(i: number, from: EnginePort | undefined): void {
    if (from !== undefined) this.#push(this.#toHost, i);
    for (const port of this.#sockets.ports) {
      if (port !== from && !this.#bridge.isBlocked(port.socket.ifindex)) this.#push(port.toPort, i);
    }
  }

  #push(batch: SendBatch, i: number): void {
    const { tagged, length, frames, octets } = this.#look;
    batch.push(i, tagged, length, frames, octets);
  }

  #flush(): void {
    for (const port of this.#sockets.ports) if (port.toPort.count > 0) port.flush(this.#counts);
    const toHost = this.#toHost;
    if (toHost.count === 0) return;
    toHost.flush(this.#sockets.host.fd);
    this.#count(interfaceCounter('rxHostRefused'), toHost.refusedFrames);
  }

  /** It goes on like any other frame: it may be another bridge's, or a stranger. */
  #tellProbe(at: number): void {
    const { start, length } = this.#look;
    if (this.#probes++ >= MOST_PROBES) return;
    this.#options.onProbe(at, this.#arena.bytes.slice(start, start + Math.min(length, LONGEST_PROBE)));
  }

  #index(): void {
    this.#byIndex = new Map(this.#sockets.ports.map((port) => [port.socket.ifindex, port]));
  }

  #count(index: number, more: number): void {
    this.#counts[index] = (this.#counts[index] ?? 0) + more;
  }

  #housekeeping(now: number): void {
    this.#probes = 0;
    this.#bridge.sweep(now);
    this.#count(interfaceCounter('txOverrun'), this.#sockets.host.takeDrops());
    for (const { socket, slot } of this.#sockets.ports) this.#count(portCounter(slot, 'rxOverrun'), socket.takeDrops());
  }
}
