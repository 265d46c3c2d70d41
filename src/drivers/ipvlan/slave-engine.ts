/**
 * The loop of the user path: frames of a master and its slaves, each where `decide` says. A round waits for input, then
 * reads at most one batch from each socket.
 *
 * What comes in at the master is a copy: the host's own stack has it too (host-guard.ts keeps it from forwarding it).
 * So PASS is nothing to do. No frame can be given to the host as received at the master: STACK is counted as unrouted.
 * In l3s the host's stack forwards what comes in for a slave, and all that slaves send goes through its routes.
 */
import { Decider, FROM_WIRE } from '../../layers/ipvlan/decide.js';
import type { SlaveTable } from '../../layers/ipvlan/table.js';
import { indexOf, Kind, kindOf } from '../../layers/ipvlan/verdict.js';
import { nextBatch } from '../batch-size.js';
import { BATCH, FrameArena, ReceiveBatch, SendBatch, VNET_HEADER } from '../sys/batch.js';
import { MSG_DONTWAIT } from '../sys/constants.js';
import { libc } from '../sys/libc.js';
import { PollSet } from '../sys/poll-set.js';
import { FrameLook } from '../user-datapath-look.js';
import { PacketSocket } from '../user-datapath-socket.js';
import { HostRouting, type RoutedSlave } from './host-routing.js';
import { MASTER_SLOT, type SlaveMemory } from './slave-memory.js';
import type { SlavePlace, SlaveWorkerStart } from './user-slave-messages.js';

/** Also the longest that a worker outlives a main thread that could not wake it. */
const IDLE_MS = 1000;
/** How often the kernel's drop counters are fetched. */
const STATISTICS_MS = 200;

/** The master or a slave: a socket, and the batch that goes out there. */
class Side implements RoutedSlave {
  readonly out: SendBatch;
  /** Frames to ask for in the next batch. */
  most = BATCH;

  constructor(
    arena: FrameArena,
    readonly socket: PacketSocket,
    readonly slot: number,
    private readonly memory: SlaveMemory,
  ) {
    this.out = new SendBatch(arena);
  }

  readonly count: RoutedSlave['count'] = (reason, frames) => this.memory.count(this.slot, reason, frames);

  tell(frame: Uint8Array): void {
    const bytes = new Uint8Array(VNET_HEADER + frame.length); // all zero: nothing to finish
    bytes.set(frame, VNET_HEADER);
    libc().send(this.socket.fd, bytes, bytes.length, MSG_DONTWAIT);
  }
}

export class SlaveEngine {
  readonly #memory: SlaveMemory;
  readonly #arena = new FrameArena();
  readonly #received = new ReceiveBatch(this.#arena);
  readonly #look = new FrameLook(this.#arena, this.#received);
  readonly #routing = new HostRouting(this.#arena);
  readonly #wakeFd: number;
  readonly #master: Side;
  #slaves: readonly Side[] = [];
  #decider: Decider | undefined;
  #allRouted = false;
  /** The eventfd, the master's socket, the slaves' in their order. */
  #poll: PollSet;

  constructor({ wakeFd, master }: SlaveWorkerStart, memory: SlaveMemory) {
    this.#memory = memory;
    this.#wakeFd = wakeFd;
    const socket = new PacketSocket(master.ifindex, { inherited: master });
    this.#master = new Side(this.#arena, socket, MASTER_SLOT, memory);
    this.#poll = new PollSet([wakeFd]); // frames wait for the first table
  }

  /** `places`: of the table's slaves, in its order. Sockets that are not there any more are closed. */
  setTable(table: SlaveTable, places: readonly SlavePlace[]): void {
    const before = new Map(this.#slaves.map((side) => [side.socket.fd, side]));
    this.#slaves = places.map(({ socket, slot }) => {
      const there = before.get(socket.fd);
      before.delete(socket.fd);
      if (there !== undefined) return there;
      const inherited = new PacketSocket(socket.ifindex, { inherited: socket });
      return new Side(this.#arena, inherited, slot, this.#memory);
    });
    for (const { socket } of before.values()) socket.close();
    this.#decider = new Decider(table);
    this.#allRouted = table.mode === 'l3s';
    this.#routing.setRouters(table.master.addresses);
    this.#poll = new PollSet([this.#wakeFd, this.#master.socket.fd, ...this.#slaves.map(({ socket }) => socket.fd)]);
  }

  /** Until `onWake` says false, or the shared memory says stop. `onWake` is called when the eventfd was written to. */
  run(onWake: () => boolean): void {
    let statisticsDue = 0;
    while (!this.#memory.stop) {
      const poll = this.#poll;
      const ready = poll.wait(IDLE_MS);
      if (poll.ready(0) && !onWake()) return;
      if (ready > 0 && poll === this.#poll) this.#forward();
      const now = performance.now();
      if (now < statisticsDue) continue;
      statisticsDue = now + STATISTICS_MS;
      this.#takeStatistics();
    }
  }

  close(): void {
    this.#routing.close();
    for (const { socket } of [this.#master, ...this.#slaves]) socket.close();
  }

  #forward(): void {
    const decider = this.#decider;
    if (decider === undefined) return;
    if (this.#poll.ready(1) && !this.#allRouted) this.#fromWire(decider);
    else if (this.#poll.ready(1)) this.#received.receive(this.#master.socket.fd, BATCH); // the host's stack has it
    for (let i = 0; i < this.#slaves.length; i++) {
      const slave = this.#slaves[i];
      if (slave !== undefined && this.#poll.ready(2 + i)) this.#fromSlave(decider, slave, i);
    }
  }

  #fromWire(decider: Decider): void {
    const { bytes } = this.#arena;
    const look = this.#look;
    const got = this.#receive(this.#master);
    let total = 0;
    for (let i = 0; i < got; i++) {
      if (!look.at(i)) this.#master.count('lost', 1);
      if (look.cut) continue;
      total += look.length;
      const verdict = decider.decide(bytes, look.start, look.length, FROM_WIRE);
      if (kindOf(verdict) === Kind.SLAVE) this.#push(this.#slaves[indexOf(verdict)], i);
      else if (kindOf(verdict) === Kind.EVERY) this.#pushToAllBut(indexOf(verdict), i);
    }
    if (got === 0) return;
    this.#flush();
    this.#master.most = nextBatch(got, total);
  }

  #fromSlave(decider: Decider, slave: Side, index: number): void {
    const { bytes } = this.#arena;
    const look = this.#look;
    const got = this.#receive(slave);
    let total = 0;
    for (let i = 0; i < got; i++) {
      if (!look.at(i)) slave.count('lost', 1);
      if (look.cut) continue;
      total += look.length;
      const verdict = decider.decide(bytes, look.start, look.length, index);
      const kind = kindOf(verdict);
      if (kind === Kind.ROUTE || (kind === Kind.SLAVE && this.#allRouted))
        this.#routing.push(slave, look.start, look.length, look.frames);
      else if (kind === Kind.SLAVE) this.#push(this.#slaves[indexOf(verdict)], i);
      else if (kind === Kind.WIRE) this.#push(this.#master, i);
      else if (kind === Kind.EVERY) {
        this.#pushToAllBut(indexOf(verdict), i);
        this.#push(this.#master, i);
      } else if (kind === Kind.STACK) slave.count('unrouted', look.frames);
      else this.#memory.countAt(slave.slot, indexOf(verdict), look.frames);
    }
    if (got === 0) return;
    this.#routing.flush();
    this.#flush(slave);
    slave.most = nextBatch(got, total);
  }

  /** Number of frames that were read. */
  #receive(side: Side): number {
    return Math.max(0, this.#received.receive(side.socket.fd, side.most));
  }

  #push(to: Side | undefined, i: number): void {
    const look = this.#look;
    to?.out.push(i, look.tagged, look.length, look.frames, look.octets);
  }

  #pushToAllBut(index: number, i: number): void {
    for (let slave = 0; slave < this.#slaves.length; slave++) if (slave !== index) this.#push(this.#slaves[slave], i);
  }

  /** What the master does not take is its sender's loss, what a slave does not take its own. */
  #flush(sender = this.#master): void {
    for (const slave of this.#slaves) if (slave.out.count > 0) this.#send(slave, slave);
    if (this.#master.out.count > 0) this.#send(this.#master, sender);
  }

  #send({ out, socket }: Side, loser: Side): void {
    out.flush(socket.fd);
    if (out.refusedFrames > 0) loser.count('lost', out.refusedFrames);
  }

  #takeStatistics(): void {
    this.#routing.refill();
    for (const side of [this.#master, ...this.#slaves]) {
      const drops = side.socket.takeDrops();
      if (drops > 0) side.count('lost', drops);
    }
  }
}
