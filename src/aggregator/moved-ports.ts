/** port_moved, x.4.8: an LACPDU on one port comes from the partner that a port with its link down still remembers. */
import type { PortInformation } from '../lacp/variables.js';
import { noPartner } from './lag-id.js';
import type { Member } from './member.js';

export class MovedPorts {
  /** Ports whose link is down and who remember a partner. */
  readonly #remembering = new Map<number, Member>();

  /** The port's variables may have changed. */
  follow(member: Member): void {
    const { port_enabled, Partner_Oper } = member.port.variables;
    if (port_enabled || noPartner(Partner_Oper)) this.#remembering.delete(member.number);
    else this.#remembering.set(member.number, member);
  }

  forget(number: number): void {
    this.#remembering.delete(number);
  }

  /** Numbers of other ports that remember the actor which the port with this number has just heard. */
  movedTo(number: number, actor: PortInformation): number[] {
    if (this.#remembering.size === 0) return [];
    return [...this.#remembering.values()]
      .filter(({ number: other, port }) => {
        const { System, Port } = port.variables.Partner_Oper;
        return other !== number && System === actor.System && Port === actor.Port;
      })
      .map((member) => member.number);
  }
}
