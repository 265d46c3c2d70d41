/** The loop guard with a clock and a socket: it tells its path which port to block, and the log why. */
import { randomBytes } from 'node:crypto';
import type { LinkFacts } from '../../aggregator/io.js';
import { type GuardAct, LoopGuard, QUIET_MS } from '../../layers/bridge/loop-guard.js';
import { decodeProbe, encodeProbe } from '../../layers/bridge/probe.js';
import { ProbeSocket } from './probe-socket.js';

export interface GuardEffects {
  block(port: number, blocked: boolean): void;
  log(line: string): void;
  /** The blocked ports are others than before. */
  changed(): void;
}

export type GuardedPort = Pick<LinkFacts, 'ifindex' | 'name' | 'mac'>;

export class GuardRunner {
  readonly #bridge = randomBytes(8).toString('hex');
  readonly #guard = new LoopGuard(Math.random);
  readonly #socket: ProbeSocket;
  #ports: readonly GuardedPort[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** `ears`: interfaces at which everything can be heard that comes in; else the path calls `heard`. */
  constructor(
    private readonly effects: GuardEffects,
    private readonly ears: readonly number[],
  ) {
    // At a listening post it is not known by which port a probe came in; at a blocked port it is.
    this.#socket = new ProbeSocket((ifindex, frame) =>
      this.heard(frame, this.ears.includes(ifindex) ? undefined : ifindex),
    );
    this.#socket.listen(ears);
  }

  get blocked(): LoopGuard['blocked'] {
    return this.#guard.blocked;
  }

  /** The ports with link up, best first. `blocked`: such as are so since a process before us. */
  setPorts(ports: readonly GuardedPort[], blocked: readonly number[] = []): void {
    this.#ports = ports;
    const before = this.#guard.blocked.size;
    const indexes = ports.map(({ ifindex }) => ifindex);
    this.#do(this.#guard.setPorts(indexes, now(), blocked));
    if (this.#guard.blocked.size !== before) this.#blockedChanged();
  }

  /** A frame of the probes' EtherType has come in, on port `at` as far as that is known. */
  heard(frame: Uint8Array, at: number | undefined): void {
    const probe = decodeProbe(frame);
    if (probe?.bridge === this.#bridge && !this.#closed) this.#do(this.#guard.heard(probe, at, now()));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket.close();
  }

  #do(acts: readonly GuardAct[]): void {
    const ordered = [...acts.filter(({ kind }) => kind !== 'send'), ...acts.filter(({ kind }) => kind === 'send')];
    for (const act of ordered) {
      if (act.kind === 'send') this.#send(act.port, act.serial);
      else this.#turn(act);
    }
    if (acts.some(({ kind }) => kind !== 'send')) this.#blockedChanged();
    this.#schedule();
  }

  #send(port: number, serial: number): void {
    const mac = this.#ports.find(({ ifindex }) => ifindex === port)?.mac;
    if (mac !== undefined) this.#socket.send(port, encodeProbe({ bridge: this.#bridge, port, serial }, mac));
  }

  #turn(act: Exclude<GuardAct, { kind: 'send' }>): void {
    const { effects } = this;
    try {
      effects.block(act.port, act.kind === 'block');
    } catch (error) {
      effects.log(`loop guard: ${this.#name(act.port)}: ${String(error)}`);
    }
    if (act.kind === 'release') {
      effects.log(
        `loop guard: ${this.#name(act.port)} forwards again: no probe has come back for ${QUIET_MS / 1_000} s`,
      );
      return;
    }
    const other = act.other === undefined ? '' : ` by ${this.#name(act.other)}`;
    effects.log(
      `loop guard: ${this.#name(act.port)} is blocked: a probe of ours came back${other}, there is a loop outside`,
    );
  }

  #blockedChanged(): void {
    this.#socket.listen([...this.ears, ...(this.ears.length > 0 ? this.#guard.blocked.keys() : [])]);
    this.effects.changed();
  }

  #name(port: number): string {
    return this.#ports.find(({ ifindex }) => ifindex === port)?.name ?? `interface ${port}`;
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#closed || !Number.isFinite(this.#guard.deadline)) return;
    const wait = Math.max(0, this.#guard.deadline - now());
    this.#timer = setTimeout(() => this.#do(this.#guard.expire(now())), Math.ceil(wait)).unref();
  }
}

const now = (): number => performance.now();
