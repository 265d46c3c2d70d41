/** LACPDUs that come to a port without LACP. */
import { Long_Timeout_Time, Short_Timeout_Time } from '../lacp/constants.js';
import type { Member } from './member.js';

/** Until when an LACPDU that nobody answers counts: three more should have come by then, at the rate that it has. */
export const inVainUntil = ({ lastHeard }: Member): number | undefined =>
  lastHeard && lastHeard.at + (lastHeard.partner.State.LACP_Timeout ? Short_Timeout_Time : Long_Timeout_Time);

/** The partner speaks LACP since the port has none. */
export function speaksInVain(member: Member, now: number): boolean {
  const { lastHeard, since, port } = member;
  if (!port.variables.static_group || port.states.receive !== 'LACP_DISABLED') return false;
  const began = since.machine('receive') ?? Number.POSITIVE_INFINITY;
  return lastHeard !== undefined && lastHeard.at > began && now < (inVainUntil(member) ?? 0);
}
