import type { Aggregator } from './aggregator.js';
import type { AggregatorSnapshot } from './snapshot.js';

/** Of an aggregator; ports that are leaving are left out. */
export const takeSnapshot = ({ name, active, members, distribution }: Aggregator): AggregatorSnapshot => ({
  name,
  active,
  moved: distribution.balancer.moved,
  ports: [...members.values()]
    .filter((member) => !member.port.variables.leaving)
    .map(({ number, facts, port }) => ({ number, facts, states: port.states, variables: port.variables })),
});
