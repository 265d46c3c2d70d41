import { actorChurn, partnerChurn } from '../lacp/churn.machine.js';
import { longLacpdu } from '../lacp/long-lacpdu.machine.js';
import { periodic } from '../lacp/periodic.machine.js';
import { begin, portSetup } from '../lacp/port-setup.js';
import { receive } from '../lacp/receive.machine.js';
import { transmit } from '../lacp/transmit.machine.js';
import { mux } from '../mux/mux.machine.js';
import { selection } from './selection.machine.js';

/**
 * One port: the machines of the standard as parallel regions over the port's variables. Regions that are enabled
 * together run in this order. The root only stores facts from outside.
 */
export const portMachine = portSetup.createMachine({
  id: 'port',
  context: begin,
  type: 'parallel',
  states: {
    receive,
    periodic,
    selection,
    mux,
    actor_churn: actorChurn,
    partner_churn: partnerChurn,
    long_lacpdu: longLacpdu,
    transmit,
  },
  on: {
    LINK: { actions: 'store_port_enabled' },
    CONFIGURE: { actions: ['extend_current_while_timer', 'store_configuration'] },
    CONVERSATIONS: { actions: 'store_conversations' },
    PORT_MOVED: { actions: 'port_moved_TRUE' },
    LEAVE: { actions: 'leaving_TRUE' },
  },
  // Traps a machine that never settles: without a limit XState would loop until memory ends.
  options: { maxIterations: 1000 },
});
