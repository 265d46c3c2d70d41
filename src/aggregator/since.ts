/** When what is so of a port began: for explanations only, no decision is made by it. */
import { samePort } from '../lacp/functions.js';
import type { PortInformation, PortVariables } from '../lacp/variables.js';
import type { LinkHold } from './link-hold.js';
import type { MachineStates } from './machine-states.js';

/** So many failures of a link within so many milliseconds are told as flapping. */
export const FLAPS = 3;
export const FLAPPING_MS = 60_000;

export class Since {
  readonly #machines = new Map<keyof MachineStates, number>();
  #partner: { readonly information: PortInformation; readonly at: number } | undefined;
  #link: LinkHold['link'] | undefined;
  /** The last failures of the link, oldest first. */
  failures: readonly number[] = [];

  moved(machine: keyof MachineStates, at: number): void {
    this.#machines.set(machine, at);
  }

  /** Everything has settled. */
  observe({ Partner_Oper }: PortVariables, { link }: LinkHold, now: number): void {
    if (this.#partner === undefined || !samePort(this.#partner.information, Partner_Oper)) {
      this.#partner = { information: Partner_Oper, at: now };
    }
    if (this.#link !== undefined && this.#link !== 'down' && link === 'down') {
      this.failures = [...this.failures, now].slice(-FLAPS);
    }
    this.#link = link;
  }

  /** When the machine came to its state; undefined: it has been there from the beginning. */
  machine(machine: keyof MachineStates): number | undefined {
    return this.#machines.get(machine);
  }

  /** When the partner became the one that it is. */
  get partner(): number | undefined {
    return this.#partner?.at;
  }
}
