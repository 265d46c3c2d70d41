/** What `vethcfg show` knows, as the tree openconfig-lacp. docs/openconfig.md lists every name and where it is from. */
import type { ShownAggregator, ShownPort, ShowResult } from '../messages.js';
import type { OpenconfigInterface, OpenconfigLacp, OpenconfigMember } from './schema.js';

/** Interfaces with LACP switched off are not in the list, which is of LACP-enabled ones. */
export function openconfigLacp({ aggregators, clock }: ShowResult): OpenconfigLacp {
  const enabled = aggregators.filter(({ settings }) => settings.lacp !== 'off');
  return { interfaces: { interface: enabled.map((aggregator) => interfaceOf(aggregator, clock)) } };
}

type Clock = ShowResult['clock'];

function interfaceOf(aggregator: ShownAggregator, clock: Clock): OpenconfigInterface {
  const { name, settings, systemId, systemPriority, ports } = aggregator;
  const shared = {
    name,
    interval: settings.rate === 'fast' ? 'FAST' : 'SLOW',
    'lacp-mode': settings.lacp === 'passive' ? 'PASSIVE' : 'ACTIVE',
    fallback: settings.fallback !== 'none',
  } as const;
  return {
    name,
    config: {
      ...shared,
      'system-priority': settings.systemPriority,
      ...(settings.systemId !== undefined && { 'system-id-mac': settings.systemId }),
    },
    state: { ...shared, 'system-priority': systemPriority, 'system-id-mac': systemId },
    members: { member: ports.map((port) => memberOf(port, clock)) },
  };
}

const NOBODY = '00:00:00:00:00:00';

function memberOf(port: ShownPort, clock: Clock): OpenconfigMember {
  const { name, settings, actor, partner, timeouts } = port;
  const changed =
    clock === undefined || timeouts.lastAt === undefined ? undefined : clock.time - clock.now + timeouts.lastAt;
  return {
    interface: name,
    config: { interface: name, 'port-priority': settings.portPriority },
    state: {
      interface: name,
      'port-priority': actor.Port_Priority,
      activity: actor.State.LACP_Activity ? 'ACTIVE' : 'PASSIVE',
      timeout: actor.State.LACP_Timeout ? 'SHORT' : 'LONG',
      synchronization: actor.State.Synchronization ? 'IN_SYNC' : 'OUT_SYNC',
      aggregatable: actor.State.Aggregation,
      collecting: actor.State.Collecting,
      distributing: actor.State.Distributing,
      'system-id': actor.System,
      'oper-key': actor.Key,
      'port-num': actor.Port,
      ...(partner.System !== NOBODY && {
        'partner-id': partner.System,
        'partner-key': partner.Key,
        'partner-port-num': partner.Port,
        'partner-port-priority': partner.Port_Priority,
      }),
      // Milliseconds are all that is known: nanoseconds in a number would be rounded.
      ...(changed !== undefined && { 'last-change': `${Math.round(changed)}000000` }),
      counters: countersOf(port),
    },
  };
}

function countersOf({ counters, timeouts }: ShownPort): OpenconfigMember['state']['counters'] {
  const { illegalRx } = counters;
  return {
    'lacp-in-pkts': String(counters.lacpdusRx),
    'lacp-out-pkts': String(counters.lacpdusTx),
    'lacp-rx-errors': String(illegalRx['lacpdu-too-short'] ?? 0),
    'lacp-unknown-errors': String(counters.unknownRx),
    'lacp-errors': String(Object.values(illegalRx).reduce((sum, frames) => sum + frames, 0)),
    'lacp-timeout-transitions': String(timeouts.changes),
  };
}
