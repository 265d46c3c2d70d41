/** A port as a member of an aggregator. */
import type { Lacpdu } from '../lacp/lacpdu.pdu.js';
import type { Mac } from '../lacp/variables.js';
import { type Admission, admit } from './admission.js';
import { HEARS, type Hearing } from './hearing.js';
import type { LinkFacts } from './io.js';
import type { LinkHold } from './link-hold.js';
import type { Port } from './port.js';
import { EventCounter } from './port-events.js';
import type { Decision } from './selection.js';
import type { AggregatorSettings, PortSettings } from './settings.js';
import { Since } from './since.js';
import type { ProtocolCounters } from './status.js';

export type MutableCounters = { -readonly [K in keyof Omit<ProtocolCounters, 'illegalRx'>]: number } & {
  illegalRx: Record<string, number>;
};

const newCounters = (): MutableCounters => ({
  lacpdusRx: 0,
  lacpdusTx: 0,
  markersRx: 0,
  markerResponsesTx: 0,
  markerResponsesRx: 0,
  markersTx: 0,
  markerTimeouts: 0,
  markerResponsesUnexpected: 0,
  unknownRx: 0,
  illegalRx: {},
});

/** How far a port has come that is taken out of use in order, see departure.ts. */
export type Departure =
  | { readonly phase: 'draining' }
  | { readonly phase: 'lingering'; readonly until: number; readonly partnerLeft: boolean };

export interface Member {
  readonly number: number;
  /** As the kernel says now; the name may change. */
  facts: LinkFacts;
  settings: PortSettings;
  /** Whether the link is taken for up. */
  hold: LinkHold;
  admission: Admission;
  /** Speed by which the port is sorted, see admission.ts. */
  speed: number | undefined;
  /** The port is used without a partner, see fallback.ts. */
  fallback: boolean;
  readonly port: Port;
  decision: Decision | undefined;
  /** Selected from STANDBY, and not in use since. */
  stoodBy: boolean;
  /** Whether the partner hears us. */
  hearing: Hearing;
  /** The last LACPDU, and when it came; for explanations. */
  lastHeard: (Lacpdu & { readonly at: number }) | undefined;
  readonly since: Since;
  /** Source address of the last LACPDU, if it came in the name of our own system. */
  ownNameFrom: Mac | undefined;
  readonly counters: MutableCounters;
  readonly events: EventCounter;
  /** Called once the last LACPDU of a leaving port is out. */
  released: (() => void) | undefined;
  /** The port is being taken out of use in order. */
  departure: Departure | undefined;
}

/** A member before it has its port. */
export type HalfMember = Pick<Member, 'number' | 'facts' | 'settings' | 'hold' | 'admission' | 'speed' | 'fallback'>;

export const halfMember = (
  number: number,
  facts: LinkFacts,
  settings: PortSettings,
  { settings: { agg_wc } }: { readonly settings: AggregatorSettings },
  hold: LinkHold,
): HalfMember => ({
  number,
  facts,
  settings,
  hold,
  admission: admit({ ...facts, link: hold.link }, settings, agg_wc),
  speed: undefined,
  fallback: false,
});

export const newMember = (half: HalfMember, port: Port): Member => ({
  ...half,
  port,
  decision: undefined,
  stoodBy: false,
  hearing: HEARS,
  lastHeard: undefined,
  since: new Since(),
  ownNameFrom: undefined,
  counters: newCounters(),
  events: new EventCounter(),
  released: undefined,
  departure: undefined,
});
