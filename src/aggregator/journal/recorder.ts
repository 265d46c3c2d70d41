/** Where the system tells what comes and what it does; nothing is made of it while nobody keeps a journal. */

import type { Lacpdu } from '../../lacp/lacpdu.pdu.js';
import { decodeMarker } from '../../lacp/marker.pdu.js';
import type { Parsed } from '../../lacp/slow-protocols.js';
import type { Mac, TimerName } from '../../lacp/variables.js';
import type { DataPlaneEffects } from '../data-plane.js';
import type { Clock, LinkFacts } from '../io.js';
import type { Member } from '../member.js';
import type { Transition } from '../port.js';
import type { AggregatorSettings, PortSettings } from '../settings.js';
import type { PortSnapshot } from '../snapshot.js';
import { causeOf } from './cause.js';
import type { Happening, HappeningOf, OfPort } from './happening.js';

/** `at`: milliseconds on the engine's clock. The happening is the journal's to keep. */
export type WriteJournal = (at: number, happening: Happening) => void;

/** A port where it is. */
export interface Place {
  readonly aggregator: { readonly name: string };
  readonly member: Pick<Member, 'number'> & { readonly facts: Pick<LinkFacts, 'name'> };
}

/** Of a frame that cannot be read, so much is kept: the headers. */
const BEGINNING = 32;
/** Octets of an Ethernet header. */
const HEADER = 14;

export class Recorder {
  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly write: WriteJournal | undefined,
  ) {}

  #note(happening: Happening): void {
    this.write?.(this.clock.now(), happening);
  }

  /** `octets` where they are at hand. */
  frame(place: Place, parsed: Parsed, octets?: Uint8Array): void {
    if (this.write !== undefined) this.#note(heard(portOf(place), parsed, octets));
  }

  link(place: Place, facts: LinkFacts): void {
    if (this.write !== undefined) this.#note({ event: 'link', ...portOf(place), facts });
  }

  /** That something is sent in a moment is told by what is sent then. */
  timer(place: Place, timer: TimerName): void {
    if (this.write !== undefined) this.#note({ event: 'timer', ...portOf(place), timer });
  }

  interfaceTimer(veth: string): void {
    this.#note({ event: 'interface-timer', veth });
  }

  movesTimer(): void {
    this.#note({ event: 'moves-timer' });
  }

  interfaceAdded(veth: string, index: number, mac: Mac, settings: AggregatorSettings): void {
    this.#note({ event: 'interface-added', veth, index, mac, settings });
  }

  interfaceSet(veth: string, mac: Mac, settings: AggregatorSettings): void {
    this.#note({ event: 'interface-set', veth, mac, settings });
  }

  interfaceRemoved(veth: string): void {
    this.#note({ event: 'interface-removed', veth });
  }

  portAdded(veth: string, number: number, facts: LinkFacts, settings: PortSettings): void {
    this.#note({ event: 'port-added', veth, port: facts.name, number, facts, settings });
  }

  portSet(place: Place, settings: PortSettings): void {
    this.#note({ event: 'port-set', ...portOf(place), settings });
  }

  portRemoved(place: Place, atOnce: boolean): void {
    this.#note({ event: 'port-removed', ...portOf(place), atOnce });
  }

  portGone(place: Place): void {
    this.#note({ event: 'port-gone', ...portOf(place) });
  }

  resumed(
    veth: string,
    { active, moved }: HappeningOf<'resumed'>['former'],
    ports: HappeningOf<'resumed'>['ports'],
  ): void {
    if (this.write === undefined) return;
    const kept = ports.map(({ snapshot, settings }) => ({ snapshot: copied(snapshot), settings }));
    this.#note({ event: 'resumed', veth, former: { active, moved }, ports: kept });
  }

  sayAgain(): void {
    this.#note({ event: 'say-again' });
  }

  /** The machine of transmissions moves for each of them. */
  transition(place: Place & { readonly member: Pick<Member, 'port'> }, transition: Transition): void {
    const { machine, from, to } = transition;
    if (this.write === undefined || machine === 'transmit') return;
    const cause = causeOf(transition, place.member.port.variables);
    this.#note({ event: 'transition', ...portOf(place), machine, from, to, cause });
  }

  sent(place: Place, pdu: Lacpdu): void {
    if (this.write !== undefined) this.#note({ event: 'sent', ...portOf(place), pdu });
  }

  /** What the data path is asked for, told. */
  dataPath(effects: DataPlaneEffects, placeOf: (port: number) => Place): DataPlaneEffects {
    const { clock } = effects;
    return {
      clock,
      table: (...args) => effects.table(...args),
      changed: () => effects.changed(),
      sendMarker: (port, frame) => {
        this.#markerSent(placeOf(port), frame);
        effects.sendMarker(port, frame);
      },
      bucketBytes: (veth) => {
        const octets = effects.bucketBytes(veth);
        if (this.write !== undefined) this.#note({ event: 'load', veth, octets: octets && [...octets] });
        return octets;
      },
    };
  }

  #markerSent(place: Place, frame: Uint8Array): void {
    if (this.write === undefined) return;
    const { requesterTransactionId } = decodeMarker(frame.subarray(HEADER));
    this.#note({ event: 'marker-sent', ...portOf(place), transaction: requesterTransactionId });
  }

  markerAnswered(place: Place): void {
    if (this.write !== undefined) this.#note({ event: 'marker-answered', ...portOf(place) });
  }

  forwarding(
    veth: string,
    { collecting, distributing, carrier }: Omit<HappeningOf<'forwarding'>, 'event' | 'veth'>,
  ): void {
    this.#note({ event: 'forwarding', veth, collecting, distributing, carrier });
  }
}

const portOf = ({ aggregator, member }: Place) => ({
  veth: aggregator.name,
  port: member.facts.name,
  number: member.number,
});

function heard(of: OfPort, parsed: Parsed, octets: Uint8Array | undefined): Happening {
  switch (parsed.kind) {
    case 'lacpdu': {
      const { source, pdu, malformedTlvs } = parsed;
      return { event: 'lacpdu', ...of, source, pdu, ...(malformedTlvs !== undefined && { malformedTlvs }) };
    }
    case 'marker':
      return { event: 'marker', ...of, source: parsed.source, marker: parsed.marker };
    case 'other':
      return { event: 'other-protocol', ...of, subtype: parsed.subtype };
    case 'malformed':
      return { event: 'malformed', ...of, reason: parsed.reason, octets: hex(octets) };
  }
}

/** The clockwork of a port is changed in place later. */
function copied(snapshot: PortSnapshot): PortSnapshot {
  const { timers, sent } = snapshot.variables.clockwork;
  return { ...snapshot, variables: { ...snapshot.variables, clockwork: { timers: { ...timers }, sent: [...sent] } } };
}

const hex = (frame: Uint8Array | undefined): string =>
  Array.from(frame?.subarray(0, BEGINNING) ?? [], (octet) => octet.toString(16).padStart(2, '0')).join('');
