/** A port as a member of an aggregator. */
import type { Admission } from './admission.js';
import type { LinkFacts } from './io.js';
import type { Port } from './port.js';
import type { Decision } from './selection.js';
import type { PortSettings } from './settings.js';
import type { ProtocolCounters } from './status.js';

export type MutableCounters = { -readonly [K in keyof Omit<ProtocolCounters, 'illegalRx'>]: number } & {
  illegalRx: Record<string, number>;
};

export const newCounters = (): MutableCounters => ({
  lacpdusRx: 0,
  lacpdusTx: 0,
  markersRx: 0,
  markerResponsesTx: 0,
  markerResponsesRx: 0,
  unknownRx: 0,
  illegalRx: {},
});

export interface Member {
  readonly number: number;
  /** As the kernel says now; the name may change. */
  facts: LinkFacts;
  settings: PortSettings;
  admission: Admission;
  /** Speed by which the port is sorted, see admission.ts. */
  speed: number | undefined;
  /** The port is used without a partner, see fallback.ts. */
  fallback: boolean;
  readonly port: Port;
  decision: Decision | undefined;
  readonly counters: MutableCounters;
  /** Called once the last LACPDU of a leaving port is out. */
  released: (() => void) | undefined;
}
