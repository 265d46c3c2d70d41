/** Why a machine moved, in the standard's words: the stimulus, and the condition of the figure that then held. */
import type { PortStimulus } from '../../lacp/port-setup.js';
import type { PortVariables } from '../../lacp/variables.js';
import type { Transition } from '../port.js';

export function causeOf({ machine, from, to, cause }: Transition, v: PortVariables): string {
  const stimulus = stimulusWords(cause);
  const condition =
    machine === 'mux' ? muxCondition(from, to, v) : machine === 'receive' ? receiveCondition(to, v) : '';
  if (condition === '') return stimulus;
  return condition.includes(stimulus) ? condition : `${stimulus}: ${condition}`;
}

function stimulusWords(stimulus: PortStimulus): string {
  switch (stimulus.type) {
    case 'LACPDU':
      return 'PDU received';
    case 'LINK':
      return `port_enabled = ${word(stimulus.port_enabled)}`;
    case 'CONFIGURE':
      return 'administrative values';
    case 'PORT_MOVED':
      return 'port_moved = TRUE';
    case 'CONVERSATIONS':
      return 'conversations of the Aggregator';
    case 'SELECT':
      return `Selected = ${stimulus.selected}`;
    case 'READY':
      return 'Ready = TRUE';
    case 'LEAVE':
      return 'port leaves its Aggregator';
    default:
      return `${stimulus.type.replace(/_expired$/, '')} expired`;
  }
}

/** Of x.4.15: conditions of the arrow into `to`; what is no longer so, where the machine goes back. */
function muxCondition(from: string, to: string, v: PortVariables): string {
  const { Synchronization, Collecting } = v.Partner_Oper.State;
  const sync = `Partner_Oper_Port_State.Synchronization = ${word(Synchronization)}`;
  const collecting = `Partner_Oper_Port_State.Collecting = ${word(Collecting)}`;
  const back = RANK.indexOf(to) < RANK.indexOf(from);
  if (to === 'DETACHED') return `Selected = ${v.Selected}`;
  if (back) {
    return [
      ...(v.Selected === 'SELECTED' ? [] : [`Selected = ${v.Selected}`]),
      ...(Synchronization ? [] : [sync]),
      ...(Collecting || from === 'COLLECTING' ? [] : [collecting]),
      ...(v.may_distribute ? [] : ['held back from distributing']),
    ].join(' and ');
  }
  switch (to) {
    case 'WAITING':
      return `Selected = ${v.Selected}`;
    case 'ATTACHED':
      return 'Selected = SELECTED and Ready = TRUE';
    case 'COLLECTING':
    case 'COLLECTING_DISTRIBUTING':
      return `Selected = SELECTED and ${sync}`;
    default:
      return `Selected = SELECTED and ${sync} and ${collecting}`;
  }
}

const RANK = ['DETACHED', 'WAITING', 'ATTACHED', 'COLLECTING', 'COLLECTING_DISTRIBUTING', 'DISTRIBUTING'];

/** Of x.4.12: what leads into a state that is not entered for the stimulus alone. */
function receiveCondition(to: string, v: PortVariables): string {
  switch (to) {
    case 'PORT_DISABLED':
      return `port_enabled = ${word(v.port_enabled)}`;
    case 'LACP_DISABLED':
      return 'port_enabled = TRUE and LACP_Enabled = FALSE';
    case 'EXPIRED':
      return v.Actor_Oper.State.Defaulted ? 'port_enabled = TRUE and LACP_Enabled = TRUE' : '';
    default:
      return '';
  }
}

const word = (value: boolean): string => (value ? 'TRUE' : 'FALSE');
