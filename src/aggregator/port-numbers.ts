/** Ports of the system by their Port Number. */
import type { Aggregator } from './aggregator.js';
import { InternalError } from './internal-error.js';
import type { Member } from './member.js';
import type { Reception } from './reception.js';

export interface NumberedPort {
  readonly aggregator: Aggregator;
  readonly member: Member;
  readonly reception: Reception;
}

export class PortNumbers extends Map<number, NumberedPort> {
  /** Given away; a port that is added while something settles has its number before it is here. */
  readonly #given = new Set<number>();

  /** Gives away the wanted number, or the lowest free one when that has been given. */
  give(wanted?: number): number {
    const number = wanted !== undefined && !this.#given.has(wanted) ? wanted : this.#lowest();
    this.#given.add(number);
    return number;
  }

  /** Throws when the number has been given away. */
  assertFree(number: number): void {
    if (this.#given.has(number)) throw new InternalError(`port ${number} exists`);
  }

  takeBack(number: number): void {
    this.delete(number);
    this.#given.delete(number);
  }

  /** Throws when there is none. */
  must(number: number): NumberedPort {
    const entry = this.get(number);
    if (entry === undefined) throw new InternalError(`no port ${number}`);
    return entry;
  }

  #lowest(): number {
    let number = 1;
    while (this.#given.has(number)) number++;
    return number;
  }
}
