/** The tables of a run, for the terminal and for the document. */
import { aimRows, MEASURE_TITLES } from '../aims.js';
import {
  type Control,
  FAILOVER_CASES,
  FAILOVER_PATHS,
  type Failover,
  type FailoverCase,
  type FailoverPath,
  type Measure,
  type Results,
  type Speed,
} from '../results.js';
import { median, range } from '../statistics.js';
import type { Section } from './section.js';
import { slaveSection } from './slave-section.js';
import { noise, ratiosTo, secondsPerGbit, values } from './speed-figures.js';
import { table } from './table.js';

export const PATH_TITLES: Readonly<Record<FailoverPath, string>> = {
  raw: 'raw link',
  kernel: 'veth, kernel path',
  user: 'veth, user path',
  ovs: 'Open vSwitch',
};

export const CASE_TITLES: Readonly<Record<FailoverCase, string>> = {
  nothing: 'nothing happens',
  linkDown: 'link down, own end',
  farEndDown: 'carrier lost by the far end',
  timeOut: 'LACP time-out, link stays up',
  gate: 'gate closed',
  removal: 'port removed',
};

export function sections(results: Results): Section[] {
  const { speed, slaves, failover, control, failures } = results;
  const aims = aimRows(results);
  return [
    ...(speed === undefined ? [] : [ratioSection(speed)]),
    ...(aims.length === 0 ? [] : [{ title: 'Aims', text: aimTable(aims) }]),
    ...(speed === undefined ? [] : speedSections(speed)),
    ...(slaves === undefined ? [] : [slaveSection(slaves)]),
    ...(failover === undefined ? [] : [failoverSection(failover)]),
    ...(control === undefined ? [] : controlSections(control)),
    ...(failures.length === 0 ? [] : [{ title: 'Failed', text: failures.map((what) => `- ${what}`).join('\n') }]),
  ];
}

const MAIN: readonly Measure[] = ['tcp1', 'tcp8', 'packets', 'roundTrip'];

function ratioSection(speed: Speed): Section {
  const rows = speed.variants
    .filter(({ id }) => id !== 'raw')
    .map(({ id, title }) => [title, ...MAIN.map((measure) => range(ratiosTo(speed, id, 'raw', measure), 2))]);
  const band = MAIN.map((measure) => {
    const of = noise(speed, measure);
    return of === undefined ? '-' : `${of.min.toFixed(2)}-${of.max.toFixed(2)}`;
  });
  return {
    title: 'Ratios to the raw link',
    text: [
      `Median [lowest-highest] of ${speed.repetitions} repetitions, each divided by the raw link of the same repetition.`,
      `A ratio inside the band of "raw link again" (${MAIN.map((measure, i) => `${MEASURE_TITLES[measure]} ${band[i]}`).join(', ')})`,
      'cannot be told from the raw link. Throughput: more is better; round trip: less is better.',
      '',
      table(['', ...MAIN.map((measure) => MEASURE_TITLES[measure])], rows),
      ...speed.leftOut.map(({ title, reason }) => `\nLeft out: ${title}: ${reason}.`),
    ].join('\n'),
  };
}

const aimTable = (rows: ReturnType<typeof aimRows>): string =>
  table(
    ['path', 'what', 'aim', '1 link (failover: 2)', '', '4 links', ''],
    rows.map(({ path, what, aim, outcomes: [one, four] }) => [
      path,
      what,
      aim,
      one?.text ?? '',
      one?.verdict ?? '',
      four?.text ?? '',
      four?.verdict ?? '',
    ]),
  );

function speedSections(speed: Speed): Section[] {
  const scaled = (id: (typeof speed.variants)[number]['id'], measure: Measure, by: number, digits: number) =>
    range(
      values(speed, id, measure).map((value) => value / by),
      digits,
    );
  const p99 = (id: string) =>
    range(
      speed.samples.flatMap((sample) => (sample.variant === id && sample.p99 !== undefined ? [sample.p99] : [])),
      0,
    );
  const figures = table(
    ['', 'TCP, 1 stream, Gbit/s', 'TCP, 8 streams, Gbit/s', '64-byte UDP, kpackets/s', 'round trip, us', 'its p99, us'],
    speed.variants.map(({ id, title }) => [
      title,
      scaled(id, 'tcp1', 1e9, 1),
      scaled(id, 'tcp8', 1e9, 1),
      scaled(id, 'packets', 1e3, 0),
      scaled(id, 'roundTrip', 1, 0),
      p99(id),
    ]),
  );
  const cost = table(
    ['', 'machine, 1 stream', 'machine, 8 streams', 'engine, 1 stream', 'engine, 8 streams'],
    speed.variants.map(({ id, title }) => [
      title,
      ...(['machineSecondsPerGbit', 'engineSecondsPerGbit'] as const).flatMap((which) =>
        (['tcp1', 'tcp8'] as const).map((measure) => range(secondsPerGbit(speed, id, measure, which), 3)),
      ),
    ]),
  );
  const iperf = speed.variants
    .filter(({ id }) => values(speed, id, 'iperfPackets').length > 0)
    .map(({ id, title }) => [
      title,
      scaled(id, 'iperfPackets', 1e3, 0),
      range(ratiosTo(speed, id, 'raw', 'iperfPackets'), 2),
    ]);
  return [
    { title: 'Figures', text: figures },
    {
      title: 'Processor',
      text: [
        'Seconds of processor for each Gbit delivered over TCP. Machine: all of it, with both ends, the kernel and iperf3.',
        'Engine: the processes of vethd or ovs-vswitchd at both ends, without what the kernel does for them in interrupts.',
        '',
        cost,
      ].join('\n'),
    },
    ...(speed.bpf.length === 0 ? [] : [bpfSection(speed)]),
    ...(iperf.length === 0
      ? []
      : [
          {
            title: 'The tool, checked',
            text: [
              'Packets/s above are by our own pair of programs (64 frames for each system call). The same by iperf3, which',
              'pays two system calls for each packet and so measures itself as well:',
              '',
              table(['', 'iperf3, kpackets/s', 'ratio to raw'], iperf),
            ].join('\n'),
          },
        ]),
  ];
}

const bpfSection = (speed: Speed): Section => ({
  title: 'Cost of the BPF programs',
  text: [
    'By the kernel (kernel.bpf_stats_enabled), in a pass of its own. A run is one packet with UDP, one super-frame of up',
    'to 64 KiB with TCP. Counting takes time itself: `veth_empty` is a program that does nothing.',
    '',
    table(
      ['', 'program', 'load', 'runs', 'ns a run'],
      speed.bpf.map(({ variant, program, load, runs, nsPerRun }) => [
        speed.variants.find(({ id }) => id === variant)?.title ?? variant,
        program,
        load === 'packets' ? 'UDP' : 'TCP',
        `${runs}`,
        nsPerRun.toFixed(0),
      ]),
    ),
  ].join('\n'),
});

function failoverSection(failover: Failover): Section {
  const rows = FAILOVER_CASES.flatMap((which) =>
    FAILOVER_PATHS.flatMap((path) => {
      const samples = failover.samples.filter((sample) => sample.case === which && sample.path === path);
      if (samples.length === 0) return [];
      const worst = (of: readonly number[]) => `${Math.max(...of)}`;
      const back = samples.flatMap(({ returnMs }) => returnMs ?? []);
      return [
        [
          CASE_TITLES[which],
          PATH_TITLES[path],
          range(
            samples.flatMap(({ tableMs }) => tableMs ?? []),
            which === 'timeOut' ? 0 : 2,
          ),
          range(
            samples.flatMap(({ ownMs }) => ownMs ?? []),
            2,
          ),
          `${median(samples.map(({ lost }) => lost))}`,
          worst(samples.map(({ lost }) => lost)),
          worst(samples.map(({ reordered }) => reordered)),
          range(back, 0),
        ],
      ];
    }),
  );
  return {
    title: 'Failover',
    text: [
      `Groups of two links, ${failover.rate} numbered UDP frames a second in 16 flows each way; ${failover.repetitions} ${failover.repetitions === 1 ? 'repetition: an indication only' : 'repetitions'}.`,
      'Table: from the kernel telling of the link (time-out: from the partner falling silent) to the table without it; of',
      'this, vethd: since it read what the kernel told, the rest being its wake-up. Frames: those sent by the end named for',
      'the first two, of both ends for the others. Back: from the link being up again to its port DISTRIBUTING, the other',
      'link having carried on.',
      '',
      table(['', '', 'table, ms', 'vethd, ms', 'frames lost', 'at worst', 'reordered at worst', 'back, ms'], rows),
      ...failover.leftOut.map(({ title, reason }) => `\nLeft out: ${title}: ${reason}.`),
    ].join('\n'),
  };
}

function controlSections(control: Control): Section[] {
  const figures = table(
    ['', 'median [lowest-highest]', ''],
    control.figures.map(({ name, unit, digits, values: those }) => [name, range(those, digits), unit]),
  );
  const scale = table(
    [
      'ports',
      'processor, % of a core',
      'heap, KiB a port',
      'to DISTRIBUTING, s',
      'timers within 10 ms, %',
      'latest, ms',
    ],
    control.scale.map((of) => [
      `${of.ports}`,
      range(of.processor, 1),
      of.heapKiBPerPort.toFixed(0),
      of.distributingS.toFixed(1),
      of.within10MsPercent.toFixed(2),
      of.worstLateMs.toFixed(1),
    ]),
  );
  return [
    { title: 'Control plane', text: figures },
    {
      title: 'Many ports at fast rate',
      text: [
        'One daemon with links in memory, in groups of eight, its partner in the same process. With one port the heap is',
        'that of the daemon itself.',
        '',
        scale,
        ...control.leftOut.map(({ title, reason }) => `\nLeft out: ${title}: ${reason}.`),
      ].join('\n'),
    },
  ];
}
