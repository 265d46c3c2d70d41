/** One side of a link, actor or partner, in words. */
import type { ShownPort } from '../src/daemon/messages.js';

type Information = ShownPort['actor'];

const NOBODY = '00:00:00:00:00:00';

/** Lines as [label, text]. `defaulted`: what is there was not heard from a partner but assumed. */
export function informationLines(
  side: string,
  information: Information,
  defaulted = false,
): readonly (readonly [label: string, text: string])[] {
  if (information.System === NOBODY && defaulted) {
    return [[side, 'none heard (defaults in use)']];
  }
  const { System_Priority, System, Key, Port_Priority, Port } = information;
  const identity =
    `system ${System_Priority},${System} key 0x${Key.toString(16).padStart(4, '0')} ` + `port ${Port_Priority},${Port}`;
  return [
    [side, defaulted ? `${identity} (defaults in use)` : identity],
    ['', stateWords(information.State)],
  ];
}

function stateWords(state: Information['State']): string {
  return [
    state.LACP_Activity ? 'active' : 'passive',
    state.LACP_Timeout ? 'short timeout' : 'long timeout',
    state.Aggregation ? 'aggregatable' : 'individual',
    state.Synchronization ? 'in sync' : 'out of sync',
    state.Collecting ? 'collecting' : 'not collecting',
    state.Distributing ? 'distributing' : 'not distributing',
    ...(state.Defaulted ? ['defaulted'] : []),
    ...(state.Expired ? ['expired'] : []),
  ].join(', ');
}
