/** A link by hand: LACPDUs written one by one, and captured. */
import { encodeLacpdu, type Lacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { encodeMarker } from '../../src/lacp/marker.pdu.js';
import { slowProtocolsFrame } from '../../src/lacp/slow-protocols.js';
import type { PortInformation, PortState } from '../../src/lacp/variables.js';
import type { CapturedFrame } from '../../src/replay/capture/capture.js';
import { marker, portInformation, type SomeInformation } from '../support/builders.js';
import { replayed, T0 } from './record.js';

/** What each end says of itself, and of the other as that last described itself, unless told otherwise. */
export class Script {
  readonly frames: CapturedFrame[] = [];
  readonly a: Speaker;
  readonly b: Speaker;

  constructor() {
    this.a = new Speaker(this, { System: '02:00:00:00:00:0a' }, '02:00:00:00:0a:01');
    this.b = new Speaker(this, { System: '02:00:00:00:00:0b' }, '02:00:00:00:0b:01');
    this.a.far = this.b;
    this.b.far = this.a;
  }

  add(at: number, frame: Uint8Array): void {
    this.frames.push({ at: T0 + at, packet: this.frames.length + 1, place: '', frame, missing: 0 });
  }

  /** Both say the same each second, from `from` to `to`. */
  talk(from: number, to: number): this {
    for (let at = from; at <= to; at += 1_000) {
      this.a.say(at);
      this.b.say(at + 10);
    }
    return this;
  }

  get wrong() {
    return replayed(this.frames).disagreements;
  }
}

export class Speaker {
  far: Speaker | undefined;
  information: PortInformation;

  constructor(
    private readonly script: Script,
    some: SomeInformation,
    private readonly mac: string,
  ) {
    this.information = portInformation(some);
  }

  become(some: Partial<PortState>): void {
    this.information = { ...this.information, State: { ...this.information.State, ...some } };
  }

  say(at: number, change: (pdu: Lacpdu) => Partial<Lacpdu> = () => ({})): void {
    const pdu = {
      version: 1,
      collectorMaxDelay: 0,
      actor: this.information,
      partner: this.far?.information ?? this.information,
    };
    this.script.add(at, slowProtocolsFrame(this.mac, encodeLacpdu({ ...pdu, ...change(pdu) })));
  }

  octets(at: number, change: (body: Uint8Array) => void): void {
    const pdu = {
      version: 1,
      collectorMaxDelay: 0,
      actor: this.information,
      partner: this.far?.information ?? this.information,
    };
    const body = encodeLacpdu(pdu);
    change(body);
    this.script.add(at, slowProtocolsFrame(this.mac, body));
  }

  marker(at: number, kind: 'information' | 'response', transaction: number): void {
    const asker = kind === 'information' ? this : this.far;
    const pdu = marker({ kind, requesterSystem: asker?.information.System ?? '', requesterTransactionId: transaction });
    this.script.add(at, slowProtocolsFrame(this.mac, encodeMarker(pdu)));
  }
}
