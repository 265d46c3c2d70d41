/** When what is so of a port began: for explanations only, no decision is made by it. */
import { samePort } from '../lacp/functions.js';
import type { PortInformation, PortVariables } from '../lacp/variables.js';
import type { LinkHold } from './link-hold.js';
import type { MachineStates } from './machine-states.js';

/** So many failures of a link within so many milliseconds are told as flapping. */
export const FLAPS = 3;
export const FLAPPING_MS = 60_000;

/** Frames that the interface takes are too long for the port. */
export const mtuTooSmall = (settings: { readonly mtu: number | undefined }, facts: { readonly mtu: number }): boolean =>
  settings.mtu !== undefined && facts.mtu < settings.mtu;

export class Since {
  readonly #machines = new Map<keyof MachineStates, number>();
  #partner: { readonly information: PortInformation; readonly at: number } | undefined;
  #link: LinkHold['link'] | undefined;
  #began: number | undefined;
  /** When the port's MTU became less than that of the interface; undefined: it is not. */
  mtu: number | undefined;
  /** When the first frame came that could not be read. */
  malformed: number | undefined;
  /** The last failures of the link, oldest first. */
  failures: readonly number[] = [];

  moved(machine: keyof MachineStates, at: number): void {
    this.#machines.set(machine, at);
  }

  /** Everything has settled. */
  observe({ Partner_Oper }: PortVariables, { link }: LinkHold, mtuTooSmall: boolean, now: number): void {
    this.#began ??= now;
    this.mtu = mtuTooSmall ? (this.mtu ?? now) : undefined;
    if (this.#partner === undefined || !samePort(this.#partner.information, Partner_Oper)) {
      this.#partner = { information: Partner_Oper, at: now };
    }
    if (this.#link !== undefined && this.#link !== 'down' && link === 'down') {
      this.failures = [...this.failures, now].slice(-FLAPS);
    }
    this.#link = link;
  }

  /** When the machine came to its state; the port began so, where it has never moved. */
  machine(machine: keyof MachineStates): number | undefined {
    return this.#machines.get(machine) ?? this.#began;
  }

  /** When the partner became the one that it is. */
  get partner(): number | undefined {
    return this.#partner?.at;
  }
}
