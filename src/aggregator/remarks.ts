/** What keeps a port from nothing, or from nothing yet, and is worth a look. */
import type { Aggregator } from './aggregator.js';
import { noPartner } from './lag-id.js';
import type { Member } from './member.js';
import { FLAPPING_MS, FLAPS, mtuTooSmall } from './since.js';
import type { Verdict } from './verdict.js';

export function remarks({ settings }: Aggregator, member: Member, now: number): Verdict[] {
  const { facts, counters, since } = member;
  const { Actor_Oper, Partner_Oper, port_enabled } = member.port.variables;
  const heard = port_enabled && !Actor_Oper.State.Defaulted && !noPartner(Partner_Oper);
  const found: Verdict[] = [];
  const remark = (verdict: Omit<Verdict, 'weight'>) => found.push({ weight: 'remark', ...verdict });

  const [first] = since.failures;
  if (since.failures.length === FLAPS && first !== undefined && now - first < FLAPPING_MS) {
    remark({
      cause: 'flapping',
      text: `the link failed ${FLAPS} times within ${Math.ceil((now - first) / 1_000)} s`,
      machine: 'link',
      clause: 'x.4.8 port_enabled',
      since: first,
      repair: 'see to cable and transceivers; damping=3/60 keeps such a link out',
      side: 'link',
    });
  }
  const [own, other] = [Actor_Oper, Partner_Oper].map(({ State }) => (State.LACP_Timeout ? 'short' : 'long'));
  if (heard && own !== other) {
    remark({
      cause: 'timers-differ',
      text: `timers differ: we ask for LACPDUs at the ${own === 'short' ? 'fast' : 'slow'} rate, the partner at the other`,
      machine: 'Periodic',
      clause: 'x.4.13',
      since: since.partner,
      field: 'LACP_Timeout',
      own,
      other,
      repair: 'give both ends the same rate, so that both notice a silent link as soon',
      side: 'here',
    });
  }
  const malformed = Object.entries(counters.illegalRx).filter(([, frames]) => frames > 0);
  if (malformed.length > 0) {
    remark({
      cause: 'malformed',
      text: `malformed frames: ${malformed.map(([reason, frames]) => `${frames} ${reason}`).join(', ')}`,
      machine: 'Receive',
      clause: 'x.4.12, 57A',
      since: since.malformed,
      repair: 'see who sends them: vethcfg events has their first octets',
      side: 'partner',
    });
  }
  if (settings.mtu !== undefined && mtuTooSmall(settings, facts)) {
    remark({
      cause: 'mtu',
      text: `MTU ${facts.mtu} of the port is less than ${settings.mtu} of the interface: longer frames are lost here`,
      machine: 'link',
      clause: 'x.2.3',
      since: since.mtu,
      field: 'MTU',
      own: `${facts.mtu}`,
      other: `${settings.mtu}`,
      repair: `ip link set ${facts.name} mtu ${settings.mtu}`,
      side: 'here',
    });
  }
  return found;
}
