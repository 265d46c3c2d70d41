import { portSetup } from '../lacp/port-setup.js';

/**
 * The Selected variable as states, x.4.14. The standard gives Selection Logic in words: what to select is decided
 * for all ports of an Aggregator together (selection.ts) and arrives here as SELECT; the Receive machine and changed
 * settings unselect a port by the variable.
 */
const decided = [
  { guard: 'decided_SELECTED', target: 'SELECTED' },
  { guard: 'decided_STANDBY', target: 'STANDBY' },
  { guard: 'decided_UNSELECTED', target: 'UNSELECTED' },
] as const;

export const selection = portSetup.createStateConfig({
  initial: 'UNSELECTED', // BEGIN
  states: {
    UNSELECTED: { entry: 'Selected_UNSELECTED', on: { SELECT: decided } },
    SELECTED: {
      entry: 'Selected_SELECTED',
      always: { guard: 'Selected_UNSELECTED', target: 'UNSELECTED' },
      on: { SELECT: decided },
    },
    STANDBY: {
      entry: 'Selected_STANDBY',
      always: { guard: 'Selected_UNSELECTED', target: 'UNSELECTED' },
      on: { SELECT: decided },
    },
  },
});
