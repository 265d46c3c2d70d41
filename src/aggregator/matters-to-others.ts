import { samePort, sameState } from '../lacp/functions.js';
import type { PortVariables } from '../lacp/variables.js';

/** Whether a change of one port's variables can change a decision about another, or the data path, or the status. */
export function mattersToOthers(a: PortVariables, b: PortVariables): boolean {
  return !(
    a.Selected === b.Selected &&
    a.port_enabled === b.port_enabled &&
    a.LACP_Enabled === b.LACP_Enabled &&
    a.leaving === b.leaving &&
    a.Ready_N === b.Ready_N &&
    a.collecting === b.collecting &&
    a.distributing === b.distributing &&
    a.actor_churn === b.actor_churn &&
    a.partner_churn === b.partner_churn &&
    a.Partner_LACPDU_Version === b.Partner_LACPDU_Version &&
    a.Partner_Conversations === b.Partner_Conversations &&
    samePort(a.Partner_Oper, b.Partner_Oper) &&
    samePort(a.Actor_Oper, b.Actor_Oper) &&
    sameState(a.Partner_Oper.State, b.Partner_Oper.State) &&
    sameState(a.Actor_Oper.State, b.Actor_Oper.State)
  );
}
