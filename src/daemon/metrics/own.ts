/** Metrics that the MIB does not have: of vethd itself, of its data path, and what `vethcfg why` says. */
import type { LatenessReport, ShownAggregator, ShownPort, ShowResult, WhyResult } from '../messages.js';
import { numbers, portLabels, vethLabels } from './mib.js';
import type { Family, Sample } from './text.js';

export function ownFamilies(show: ShowResult, why: WhyResult): Family[] {
  const { aggregators } = show;
  const ports = aggregators.flatMap((aggregator) => aggregator.ports);
  return [
    ...processFamilies(show),
    numbers(
      'gauge',
      ['vethd_carrier', 'The interface has carrier.', ({ carrier }) => Number(carrier)],
      aggregators,
      vethLabels,
    ),
    dropped(
      'vethd_dropped_frames_total',
      'Frames dropped by an interface, by direction and reason.',
      aggregators.flatMap(interfaceDrops),
    ),
    numbers(
      'gauge',
      ['vethd_port_link_up', 'The link of the port is up.', (port) => Number(port.link !== 'down')],
      ports,
      portLabels,
    ),
    known('vethd_port_speed_bytes_per_second', 'Speed of the link in force; absent: unknown.', ports, ({ speed }) =>
      speed === undefined ? undefined : (speed * 1_000_000) / 8,
    ),
    numbers(
      'gauge',
      ['vethd_port_distributing', 'Frames leave by the port.', (port) => Number(port.distributing)],
      ports,
      portLabels,
    ),
    known(
      'vethd_port_buckets_ratio',
      'Part of the conversations that leave by the port; absent: not distributing.',
      ports,
      ({ share }) => share,
    ),
    ...DATA.map((of) => numbers('counter', of, ports, portLabels)),
    dropped(
      'vethd_port_dropped_frames_total',
      'Data frames dropped at a port, by direction and reason.',
      ports.flatMap(portDrops),
    ),
    ...CHANGES.map((of) => numbers('counter', of, ports, portLabels)),
    {
      name: 'vethd_port_illegal_frames_total',
      type: 'counter',
      help: 'Slow-protocols frames discarded, by reason; their sum is dot3ad_agg_port_stats_illegal_rx_total.',
      samples: ports.flatMap((port) =>
        Object.entries(port.counters.illegalRx).map(([reason, value]) => ({
          labels: { ...portLabels(port), reason },
          value,
        })),
      ),
    },
    {
      name: 'vethd_port_verdict',
      type: 'gauge',
      help: 'What vethcfg why says of a port now: 1 for each cause.',
      samples: why.ports.flatMap(({ veth, port, verdicts }) =>
        // One cause may stand for several fields.
        [...new Map(verdicts.map((verdict) => [verdict.cause, verdict])).values()].map(({ cause, weight, side }) => ({
          labels: { veth, port, cause, weight, side },
          value: 1,
        })),
      ),
    },
  ];
}

const DATA: readonly (readonly [string, string, (port: ShownPort) => number])[] = [
  ['vethd_port_receive_bytes_total', 'Octets of data frames received.', ({ dataCounters }) => dataCounters.rxBytes],
  ['vethd_port_receive_frames_total', 'Data frames received.', ({ dataCounters }) => dataCounters.rxFrames],
  ['vethd_port_transmit_bytes_total', 'Octets of data frames sent.', ({ dataCounters }) => dataCounters.txBytes],
  ['vethd_port_transmit_frames_total', 'Data frames sent.', ({ dataCounters }) => dataCounters.txFrames],
  [
    'vethd_port_held_frames_total',
    'Frames held while conversations moved here.',
    ({ dataCounters }) => dataCounters.txHeld,
  ],
];

const CHANGES: readonly (readonly [string, string, (port: ShownPort) => number])[] = [
  ['vethd_port_link_failures_total', 'The link was taken for down.', ({ events }) => events.linkFailures],
  ['vethd_port_expired_total', 'The partner fell silent: CURRENT to EXPIRED.', ({ events }) => events.expired],
  ['vethd_port_defaulted_total', 'The partner was given up: EXPIRED to DEFAULTED.', ({ events }) => events.defaulted],
  [
    'vethd_port_marker_timeouts_total',
    'Markers without a response in time.',
    ({ counters }) => counters.markerTimeouts,
  ],
];

function processFamilies({ version, datapath, reduced = [], lateness, aggregators }: ShowResult): Family[] {
  const one = (name: string, help: string, samples: readonly Sample[]): Family => ({
    name,
    type: 'gauge',
    help,
    samples,
  });
  return [
    one('vethd_build_info', 'Version of vethd.', [{ labels: { version }, value: 1 }]),
    one('vethd_datapath_info', 'Where frames are forwarded, and the option that chose it.', [
      { labels: { kind: datapath.kind, choice: datapath.choice ?? '' }, value: 1 },
    ]),
    one(
      'vethd_reduced',
      'Parts that work less well here than they could.',
      reduced.map(({ part }) => ({ labels: { part }, value: 1 })),
    ),
    one('vethd_interfaces', 'Interfaces that vethd has made.', [{ labels: {}, value: aggregators.length }]),
    latenessFamily(lateness),
  ];
}

/** The report has classes, a histogram adds them up. */
function latenessFamily({ classes, served, total = 0 }: LatenessReport): Family {
  let below = 0;
  const buckets = classes.map(({ upTo, count }): Sample => {
    below += count;
    return { suffix: '_bucket', labels: { le: upTo === undefined ? '+Inf' : String(upTo / 1_000) }, value: below };
  });
  return {
    name: 'vethd_control_loop_lateness_seconds',
    type: 'histogram',
    help: 'How late timers of the control loop were served.',
    samples: [
      ...buckets,
      { suffix: '_sum', labels: {}, value: total / 1_000 },
      { suffix: '_count', labels: {}, value: served },
    ],
  };
}

const dropped = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  type: 'counter',
  help,
  samples,
});

function interfaceDrops(aggregator: ShownAggregator): Sample[] {
  const { txNoPort, txSlowProtocols, txOverrun, rxHostRefused } = aggregator.counters;
  const sample = (direction: string, reason: string, value: number): Sample => ({
    labels: { ...vethLabels(aggregator), direction, reason },
    value,
  });
  return [
    sample('transmit', 'no_port', txNoPort),
    sample('transmit', 'slow_protocols', txSlowProtocols),
    sample('transmit', 'overrun', txOverrun),
    sample('receive', 'host_refused', rxHostRefused),
  ];
}

function portDrops(port: ShownPort): Sample[] {
  const { rxNotCollecting, rxWrongConversation, rxOverrun, txRefused } = port.dataCounters;
  const sample = (direction: string, reason: string, value: number): Sample => ({
    labels: { ...portLabels(port), direction, reason },
    value,
  });
  return [
    sample('receive', 'not_collecting', rxNotCollecting),
    sample('receive', 'wrong_conversation', rxWrongConversation),
    sample('receive', 'overrun', rxOverrun),
    sample('transmit', 'refused', txRefused),
  ];
}

/** Only ports of which it is known. */
function known(
  name: string,
  help: string,
  ports: readonly ShownPort[],
  value: (port: ShownPort) => number | undefined,
): Family {
  const samples = ports.flatMap((port): Sample[] => {
    const number = value(port);
    return number === undefined ? [] : [{ labels: portLabels(port), value: number }];
  });
  return { name, type: 'gauge', help, samples };
}
