/** What has happened to a port, counted: the debug counters of the standard's MIB (dot3adAggPortDebug*), and failures. */
import { samePort } from '../lacp/functions.js';
import type { PortInformation, PortVariables } from '../lacp/variables.js';
import type { LinkHold } from './link-hold.js';
import type { Transition } from './port.js';
import type { PortEvents, PortTimeouts } from './status.js';

/** What is compared with what was. */
interface Seen {
  readonly Actor_Oper: PortInformation;
  readonly Partner_Oper: PortInformation;
  readonly link: LinkHold['link'];
}

export class EventCounter {
  readonly #count: { -readonly [K in keyof PortEvents]: number } = {
    linkFailures: 0,
    expired: 0,
    defaulted: 0,
    actorChurn: 0,
    partnerChurn: 0,
    actorInSync: 0,
    partnerInSync: 0,
    actorChanged: 0,
    partnerChanged: 0,
  };
  #seen: Seen | undefined;
  #timeouts: PortTimeouts = { changes: 0, lastAt: undefined };
  #silent = false;

  get events(): PortEvents {
    return { ...this.#count };
  }

  get timeouts(): PortTimeouts {
    return this.#timeouts;
  }

  transition({ machine, from, to }: Transition, now: number): void {
    // Silent from CURRENT to EXPIRED until the Receive machine is in neither EXPIRED nor DEFAULTED.
    const silent = to === 'EXPIRED' ? from === 'CURRENT' || this.#silent : to === 'DEFAULTED' && this.#silent;
    if (machine === 'receive' && silent !== this.#silent) {
      this.#silent = silent;
      this.#timeouts = { changes: this.#timeouts.changes + 1, lastAt: now };
    }
    if (machine === 'actor_churn' && to === 'CHURN') this.#count.actorChurn++;
    if (machine === 'partner_churn' && to === 'CHURN') this.#count.partnerChurn++;
    if (machine === 'receive' && from === 'CURRENT' && to === 'EXPIRED') this.#count.expired++;
    if (machine === 'receive' && from === 'EXPIRED' && to === 'DEFAULTED') this.#count.defaulted++;
  }

  /** Call when everything that follows from a stimulus has settled: what is the same again then did not change. */
  settled({ Actor_Oper, Partner_Oper }: PortVariables, { link }: LinkHold): void {
    const seen = this.#seen;
    this.#seen = { Actor_Oper, Partner_Oper, link };
    if (seen === undefined) return;
    const count = this.#count;
    if (seen.link !== 'down' && link === 'down') count.linkFailures++;
    if (becameInSync(seen.Actor_Oper, Actor_Oper)) count.actorInSync++;
    if (becameInSync(seen.Partner_Oper, Partner_Oper)) count.partnerInSync++;
    if (!samePort(seen.Actor_Oper, Actor_Oper)) count.actorChanged++;
    if (!samePort(seen.Partner_Oper, Partner_Oper)) count.partnerChanged++;
  }
}

const becameInSync = (a: PortInformation, b: PortInformation): boolean =>
  !a.State.Synchronization && b.State.Synchronization;
