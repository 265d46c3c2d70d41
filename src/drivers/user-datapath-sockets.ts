/** The sockets of the user-space data path: the host's, and one for each port. */
import type { Captured } from './captured.js';
import type { FrameArena } from './sys/batch.js';
import { PollSet } from './sys/poll-set.js';
import type { DatapathHeritage } from './user-datapath-messages.js';
import { EnginePort } from './user-datapath-port.js';
import { PacketSocket, type SocketHeritage } from './user-datapath-socket.js';

/** The filters by which programs in the kernel give frames to us, and what they count. */
export interface Capture {
  /** Descriptors of the filters. */
  readonly host: number;
  readonly port: number;
  readonly captured: Captured;
}

export interface SocketsOptions {
  readonly hostIfindex: number;
  readonly wakeFd: number;
  readonly arena: FrameArena;
  readonly heritage?: DatapathHeritage | undefined;
  readonly capture: Capture | undefined;
  /** Only the eventfd is looked at until `release`. */
  readonly hold: boolean;
}

export class DatapathSockets {
  #host: PacketSocket;
  #ports: readonly EnginePort[] = [];
  #holding: boolean;
  #capture: Capture | undefined;
  /** The eventfd, the host's socket, the ports' in their order. */
  poll: PollSet;

  /** Opens the hidden peer's socket. Throws SysError. */
  constructor(private readonly options: SocketsOptions) {
    const { hostIfindex, heritage, capture, hold } = options;
    const inherited = heritage?.host.ifindex === hostIfindex ? heritage.host : undefined;
    this.#host = new PacketSocket(hostIfindex, { inherited, program: capture?.host });
    this.#capture = capture;
    this.#holding = hold;
    this.poll = this.#pollSet();
  }

  get host(): PacketSocket {
    return this.#host;
  }

  get ports(): readonly EnginePort[] {
    return this.#ports;
  }

  get capture(): Capture | undefined {
    return this.#capture;
  }

  /** Throws SysError. */
  add(ifindex: number, slot: number): void {
    const { arena, heritage } = this.options;
    const inherited = heritage?.ports.find((socket) => socket.ifindex === ifindex);
    const program = this.#capture?.port;
    this.#ports = [...this.#ports, new EnginePort(arena, { ifindex, slot, inherited, program })];
    this.poll = this.#pollSet();
  }

  find(ifindex: number): EnginePort | undefined {
    return this.#ports.find(({ socket }) => socket.ifindex === ifindex);
  }

  remove(port: EnginePort): void {
    this.#ports = this.#ports.filter((other) => other !== port);
    this.poll = this.#pollSet();
    port.socket.close();
  }

  /** All sockets are read from now on. */
  release(): void {
    if (!this.#holding) return;
    this.#holding = false;
    this.poll = this.#pollSet();
  }

  /**
   * From now on the sockets have these filters, or none and take all frames again. No frame may come by both ways:
   * while this is done the programs in the kernel must drop what is not captured.
   */
  setCapture(capture: Capture | undefined): void {
    this.#capture = capture;
    const sockets = [
      [this.#host, capture?.host] as const,
      ...this.#ports.map(({ socket }) => [socket, capture?.port] as const),
    ];
    for (const [socket, program] of sockets) {
      if (program === undefined) socket.detachProgram();
      else socket.attachProgram(program);
    }
    // What is in the sockets already was not counted.
    capture?.captured.doubt();
  }

  /** Frames come in from now on as far as the filters give them. */
  hook(): void {
    this.#host.hook();
    for (const { socket } of this.#ports) socket.hook();
  }

  /** The sockets only send from now on, `host` in the place of the host's. There must be nothing in them. */
  unhook(host: SocketHeritage, { port: program }: Capture): void {
    const old = this.#host;
    this.#host = new PacketSocket(host.ifindex, { inherited: host });
    this.poll = this.#pollSet();
    old.close();
    for (const port of this.#ports) port.unhook(program);
    this.poll = this.#pollSet();
  }

  handOver(): DatapathHeritage {
    return { host: this.#host.handOver(), ports: this.#ports.map(({ socket }) => socket.handOver()) };
  }

  close(): void {
    this.#host.close();
    for (const { socket } of this.#ports) socket.close();
    this.#ports = [];
  }

  #pollSet(): PollSet {
    const { wakeFd } = this.options;
    if (this.#holding) return new PollSet([wakeFd]);
    return new PollSet([wakeFd, this.#host.fd, ...this.#ports.map(({ socket }) => socket.fd)]);
  }
}
