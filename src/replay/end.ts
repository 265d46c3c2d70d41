/** One end of a link as the capture shows it, and who is at the other end. */
import { Fast_Periodic_Time, Slow_Periodic_Time, Transmit_Limit } from '../lacp/constants.js';
import type { Lacpdu } from '../lacp/lacpdu.pdu.js';
import { type Mac, Null_System, type PortInformation } from '../lacp/variables.js';
import { type Announcement, Said } from './said.js';

export interface End {
  /** `A/1`: a letter for each system in order of appearance, and the port number. */
  readonly label: string;
  /** Where it was captured. */
  readonly place: string;
  readonly source: Mac;
  readonly first: Announcement;
  last: Announcement;
  readonly said: Said;
  announcements: number;
  /** It has spoken without a silence since: before that it may have been away, and not have heard anything. */
  since: number;
  /** When it last spoke after a pause: what it was meanwhile it may not have said, in sync or not, fast or slow. */
  paused: number;
  /** When it last used up the limit of LACPDUs a second: what it was for a moment then, it may not have said. */
  crowded: number;
  /** Of its last LACPDUs, as many as the limit. */
  readonly times: number[];
}

/** Longer than an end keeps silent whose partner asks for the fast rate. */
const PAUSE = 5_000;
/** Four LACPDUs within this: the last of them may have had to wait. */
const CROWDED = 1.2 * Fast_Periodic_Time;
/** An end that was silent for longer has gone: Long_Timeout_Time and some more. */
const GONE = 100_000;

export class Ends {
  readonly #ends = new Map<string, End>();
  readonly #places = new Map<string, End[]>();
  readonly #labels = new Map<string, End>();
  readonly #systems = new Map<Mac, string>();

  get all(): readonly End[] {
    return [...this.#ends.values()];
  }

  /** The end that sent this LACPDU, with it as its last announcement; `known` is false for the first one. */
  announce(place: string, source: Mac, announcement: Announcement): { readonly end: End; readonly known: boolean } {
    const { System, Port } = announcement.pdu.actor;
    const id = identify(place, source, Port);
    const known = this.#ends.get(id);
    if (known !== undefined) {
      if (announcement.at - known.last.at > longestPause(known.last)) known.since = announcement.at;
      if (announcement.at - known.last.at > PAUSE) known.paused = announcement.at;
      known.last = announcement;
      known.announcements++;
      known.said.add(announcement);
      known.times.push(announcement.at);
      const fourth = known.times.length > Transmit_Limit ? known.times.shift() : undefined;
      if (fourth !== undefined && announcement.at - fourth < CROWDED) known.crowded = announcement.at;
      return { end: known, known: true };
    }
    const end: End = {
      label: this.#label(System, Port),
      place,
      source,
      first: announcement,
      last: announcement,
      said: new Said(),
      announcements: 1,
      since: announcement.at,
      paused: Number.NEGATIVE_INFINITY,
      crowded: Number.NEGATIVE_INFINITY,
      times: [announcement.at],
    };
    end.said.add(announcement);
    this.#ends.set(id, end);
    this.#labels.set(end.label, end);
    const neighbours = this.#places.get(place);
    if (neighbours === undefined) this.#places.set(place, [end]);
    else neighbours.push(end);
    return { end, known: false };
  }

  /** All ends that have spoken at this place, in order of appearance. */
  at(place: string): readonly End[] {
    return this.#places.get(place) ?? [];
  }

  /** What the sender of this LACPDU said before. */
  lastOf(place: string, source: Mac, { actor }: Lacpdu): Announcement | undefined {
    return this.#ends.get(identify(place, source, actor.Port))?.last;
  }

  byLabel(label: string): End | undefined {
    return this.#labels.get(label);
  }

  /** The end that sends from this address. */
  bySource(place: string, source: Mac): End | undefined {
    return this.at(place)
      .filter((end) => end.source === source)
      .sort(byLast)[0];
  }

  /**
   * The other end of the link: one that names this one as its partner, or that it names; else the only other one at
   * this place. Undefined: not in the capture, or not to be told from others.
   */
  farOf(end: End): End | undefined {
    const now = end.last.at;
    const others = this.at(end.place).filter((each) => each !== end && now - each.last.at < GONE);
    const naming = others.filter((other) => names(end, other) || names(other, end)).sort(byLast);
    return naming[0] ?? (others.length === 1 ? others[0] : undefined);
  }

  /** What to call the one that an LACPDU describes: its label, if it is in the capture; undefined: nobody. */
  nameOf(described: PortInformation, place: string): string | undefined {
    const { System, Port } = described;
    const end = this.all
      .filter(({ last: { pdu } }) => pdu.actor.System === System && pdu.actor.Port === Port)
      .sort((a, b) => Number(b.place === place) - Number(a.place === place))[0];
    if (end !== undefined) return end.label;
    return System === Null_System ? undefined : `${System}/${Port}`;
  }

  /** The label that an end of this identity would have. */
  labelFor({ System, Port }: PortInformation): string {
    return `${this.#letter(System)}/${Port}`;
  }

  #label(System: Mac, Port: number): string {
    const plain = `${this.#letter(System)}/${Port}`;
    // The same name from another address or at another place: two devices, or one link seen twice.
    const taken = this.all.filter(({ label }) => label === plain || label.startsWith(`${plain}.`)).length;
    return taken === 0 ? plain : `${plain}.${taken + 1}`;
  }

  #letter(system: Mac): string {
    const known = this.#systems.get(system);
    if (known !== undefined) return known;
    const letter = letters(this.#systems.size);
    this.#systems.set(system, letter);
    return letter;
  }
}

const identify = (place: string, source: Mac, port: number): string => `${place}|${source}|${port}`;

/** Three periods at the rate that its partner asks for, and a half. */
export const longestPause = ({ pdu }: Announcement): number =>
  3.5 * (pdu.partner.State.LACP_Timeout ? Fast_Periodic_Time : Slow_Periodic_Time);

const byLast = (a: End, b: End): number => b.last.at - a.last.at;

/** What `a` last said of its partner is the name of `b`. */
function names(a: End, b: End): boolean {
  const { partner } = a.last.pdu;
  const { actor } = b.last.pdu;
  return partner.System === actor.System && partner.Port === actor.Port;
}

/** A, B, ... Z, AA, AB ... */
function letters(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}
