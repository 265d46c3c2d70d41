/** One link to the device under test, seen from our end: what we say on it, and what we heard. */
import { encodeLacpdu, type Lacpdu } from '../lacp/lacpdu.pdu.js';
import { parseSlowProtocols, slowProtocolsFrame } from '../lacp/slow-protocols.js';
import type { Mac, PortInformation, PortState } from '../lacp/variables.js';
import { inWords, merged, type SomeInformation } from './information.js';
import { CaseFailure } from './verdict.js';
import type { Wire } from './wire.js';

/** An LACPDU from the device. */
export interface Heard {
  readonly at: number;
  readonly frame: Uint8Array;
  readonly pdu: Lacpdu;
}

/** Introduces itself: active, asks for one LACPDU a second, not in sync. */
const NEWCOMER: PortState = {
  LACP_Activity: true,
  LACP_Timeout: true,
  Aggregation: true,
  Synchronization: false,
  Collecting: false,
  Distributing: false,
  Defaulted: false,
  Expired: false,
};
export const IN_USE = { Synchronization: true, Collecting: true, Distributing: true };

/** Nobody yet: what we say of the device before we heard it. */
const NOBODY: PortInformation = {
  System_Priority: 0,
  System: '00:00:00:00:00:00',
  Key: 0,
  Port_Priority: 0,
  Port: 0,
  State: { ...NEWCOMER, LACP_Activity: false, LACP_Timeout: false },
};

export class TesterLink {
  /** LACPDUs since the reset. */
  readonly heard: Heard[] = [];
  /** Every slow-protocols frame since the reset, as it came. */
  readonly raw: { readonly at: number; readonly frame: Uint8Array }[] = [];
  /** What we say of ourselves. */
  actor: PortInformation = merged(NOBODY, { State: NEWCOMER });
  /** What we say wrongly of the device, given what it says of itself. */
  misquote: (device: PortInformation) => SomeInformation = () => ({});
  /** Gets every frame of the device. */
  onFrame: (frame: Uint8Array) => void = () => {};
  #keepAlive: unknown;
  #mark = 0;
  /** The device as it last described itself, ever. */
  #device: PortInformation | undefined;

  constructor(
    private readonly wire: Wire,
    /** From 1. */
    readonly number: number,
    readonly name: string,
    readonly mac: Mac,
  ) {}

  /** The newest LACPDU; the case fails when there is none. */
  get last(): Heard {
    const last = this.heard.at(-1);
    if (last === undefined) throw new CaseFailure(`an LACPDU on ${this.name}`, 'none');
    return last;
  }

  /** The device's own state, as it last told. */
  get state(): PortState {
    return this.last.pdu.actor.State;
  }

  /** What was heard since the last `mark()`. */
  get fresh(): Heard[] {
    return this.heard.slice(this.#mark);
  }

  mark(): void {
    this.#mark = this.heard.length;
  }

  /** Say something else of ourselves from now on. */
  become(some: SomeInformation): this {
    this.actor = merged(this.actor, some);
    return this;
  }

  /** An LACPDU of ours as it would go out now. */
  private pdu(): Lacpdu {
    const device = this.#device ?? NOBODY;
    return { version: 1, collectorMaxDelay: 0, actor: this.actor, partner: merged(device, this.misquote(device)) };
  }

  /** The same as a whole frame. */
  frame(): Uint8Array {
    return slowProtocolsFrame(this.mac, encodeLacpdu(this.pdu()));
  }

  /** Sends an LACPDU now. */
  send(): void {
    this.sendFrame(this.frame());
  }

  sendFrame(frame: Uint8Array): void {
    this.wire.send(this.number - 1, frame);
  }

  /** Sends an LACPDU now and every `ms`. */
  keepAlive(ms = 1_000): this {
    this.stop();
    const beat = () => {
      this.send();
      this.#keepAlive = this.wire.setTimeout(beat, ms);
    };
    beat();
    return this;
  }

  /** Falls silent. */
  stop(): void {
    this.wire.clearTimeout(this.#keepAlive);
    this.#keepAlive = undefined;
  }

  /** A newcomer that has never been heard: silent, nothing heard. */
  reset(identity: SomeInformation): void {
    this.stop();
    this.actor = merged(NOBODY, { Port_Priority: 0x8000, System_Priority: 0x8000, ...identity, State: NEWCOMER });
    this.misquote = () => ({});
    this.onFrame = () => {};
    this.heard.length = 0;
    this.raw.length = 0;
    this.#mark = 0;
  }

  /** Called with every frame of the device. */
  hear(frame: Uint8Array): void {
    const parsed = parseSlowProtocols(frame);
    const at = this.wire.now();
    const copy = frame.slice();
    this.raw.push({ at, frame: copy });
    if (parsed.kind === 'lacpdu') {
      this.#device = parsed.pdu.actor;
      this.heard.push({ at, frame: copy, pdu: parsed.pdu });
    }
    this.onFrame(frame);
  }

  /** `actor ... / partner ...` of the newest LACPDU, for verdicts. */
  inWords(): string {
    const last = this.heard.at(-1);
    if (last === undefined) return `nothing on ${this.name}`;
    return `${this.name}: actor ${inWords(last.pdu.actor)}, partner ${inWords(last.pdu.partner)}`;
  }
}
