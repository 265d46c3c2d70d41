/** The plots of a run. */
import { MEASURE_TITLES } from '../aims.js';
import { type Control, FAILOVER_CASES, FAILOVER_PATHS, type Failover, type Results, type Speed } from '../results.js';
import { range, spread } from '../statistics.js';
import type { VariantId } from '../variants/variant.js';
import { CASE_TITLES, PATH_TITLES } from './sections.js';
import { noise, ratiosTo, secondsPerGbit } from './speed-figures.js';
import { type Bar, COLORS, chart, type Panel } from './svg.js';

/** File name -> SVG. */
export function plots({ speed, failover, control, machine, startedAt }: Results): Map<string, string> {
  const where = `${machine.processor}, ${machine.cores} cores, Linux ${machine.kernel}, ${startedAt.slice(0, 10)}`;
  return new Map([
    ...(speed === undefined
      ? []
      : ([
          ['ratios.svg', ratioPlot(speed, where)],
          ['processor.svg', processorPlot(speed, where)],
        ] as const)),
    ...(failover === undefined ? [] : ([['failover.svg', failoverPlot(failover, where)]] as const)),
    ...(control === undefined || control.scale.length === 0
      ? []
      : ([['control.svg', controlPlot(control, where)]] as const)),
  ]);
}

const colorOf = (id: VariantId): string => {
  if (id.startsWith('raw')) return COLORS.raw;
  if (id.startsWith('kernel')) return COLORS.kernel;
  if (id.startsWith('user')) return COLORS.user;
  return id.startsWith('ovs') ? COLORS.ovs : COLORS.other;
};

/** One bar; none where nothing was measured. */
function bar(label: string, values: readonly number[], color: string, digits: number): Bar[] {
  const of = spread(values);
  return of === undefined ? [] : [{ label, value: of.median, ...of, color, text: range(values, digits) }];
}

function ratioPlot(speed: Speed, where: string): string {
  const panels = (['tcp1', 'tcp8', 'packets', 'roundTrip'] as const).map((measure): Panel => {
    const band = noise(speed, measure);
    const bars = speed.variants
      .filter(({ id }) => id !== 'raw')
      .map(({ id, title }) => ({ id, bars: bar(title, ratiosTo(speed, id, 'raw', measure), colorOf(id), 2) }));
    // Round trips of a poller on shared cores are so long that the others would vanish beside them.
    const limit = Math.max(
      ...bars.flatMap(({ id, bars: those }) => (id === 'dpdk' ? [] : those.map(({ max }) => max))),
    );
    return {
      limit,
      title: `${MEASURE_TITLES[measure]}: ${measure === 'roundTrip' ? 'less' : 'more'} is better`,
      reference: { value: 1, text: 'raw link' },
      ...(band === undefined ? {} : { band }),
      bars: bars.flatMap(({ bars: those }) => those),
    };
  });
  return chart({
    title: `Ratio to the raw link: median of ${speed.repetitions}, lowest to highest`,
    subtitle: `Grey band: the raw link against itself. ${where}`,
    panels,
  });
}

function processorPlot(speed: Speed, where: string): string {
  return chart({
    title: 'Seconds of processor for each Gbit of TCP: less is better',
    subtitle: `Whole machine, both ends and iperf3 included. ${where}`,
    panels: (['tcp1', 'tcp8'] as const).map((measure) => ({
      title: MEASURE_TITLES[measure],
      bars: speed.variants.flatMap(({ id, title }) =>
        bar(title, secondsPerGbit(speed, id, measure, 'machineSecondsPerGbit'), colorOf(id), 3),
      ),
    })),
  });
}

function failoverPlot(failover: Failover, where: string): string {
  const colors = { raw: COLORS.raw, kernel: COLORS.kernel, user: COLORS.user, ovs: COLORS.ovs };
  const of = (
    pick: (sample: Failover['samples'][number]) => number | undefined,
    cases: readonly (typeof FAILOVER_CASES)[number][],
    digits: number,
  ) =>
    cases.flatMap((which) =>
      FAILOVER_PATHS.flatMap((path) =>
        bar(
          `${CASE_TITLES[which].split(',')[0]}: ${path}`,
          failover.samples
            .filter((sample) => sample.case === which && sample.path === path)
            .flatMap((s) => pick(s) ?? []),
          colors[path],
          digits,
        ),
      ),
    );
  return chart({
    title: `Failover: median of ${failover.repetitions}, lowest to highest`,
    subtitle: `${Object.values(PATH_TITLES).join(' | ')}. ${where}`,
    panels: [
      {
        title: `Frames lost, of ${failover.rate} a second each way: less is better`,
        bars: of(({ lost }) => lost, FAILOVER_CASES, 0),
      },
      {
        title: 'Milliseconds from the news of the link to the rewritten table: less is better',
        bars: of(({ tableMs }) => tableMs, ['linkDown', 'farEndDown'], 2),
        reference: { value: 2, text: 'aim' },
      },
    ],
  });
}

function controlPlot(control: Control, where: string): string {
  return chart({
    title: 'Ports at fast rate in one daemon, links in memory',
    subtitle: where,
    panels: [
      {
        title: 'Processor, % of a core',
        bars: control.scale.flatMap(({ ports, processor }) => bar(`${ports} ports`, processor, COLORS.kernel, 1)),
      },
      {
        title: 'Latest timer, ms',
        bars: control.scale.flatMap(({ ports, worstLateMs }) => bar(`${ports} ports`, [worstLateMs], COLORS.user, 1)),
      },
    ],
  });
}
