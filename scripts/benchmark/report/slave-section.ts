/** The table of the part `slaves`. */
import type { Measure, Speed } from '../results.js';
import { range } from '../statistics.js';
import type { Section } from './section.js';
import { ratiosTo, values } from './speed-figures.js';
import { table } from './table.js';

/** What a value is divided by, and its digits. */
const COLUMNS: readonly (readonly [measure: Measure, title: string, by: number, digits: number])[] = [
  ['tcp1', 'TCP, 1 stream, Gbit/s', 1e9, 1],
  ['packets', '64-byte UDP, kpackets/s', 1e3, 0],
  ['roundTrip', 'round trip, us', 1, 0],
];

export function slaveSection(slaves: Speed): Section {
  const figure = (id: Speed['variants'][number]['id']) =>
    COLUMNS.flatMap(([measure, , by, digits]) => [
      range(
        values(slaves, id, measure).map((value) => value / by),
        digits,
      ),
      id === 'raw' ? '' : range(ratiosTo(slaves, id, 'raw', measure), 2),
    ]);
  const { repetitions } = slaves;
  return {
    title: 'ipvlan slaves',
    text: [
      'Slaves in l2, each in a namespace of its own; ratios are to the raw link of the same repetition, median',
      `[lowest-highest] of ${repetitions}${repetitions === 1 ? ': an indication only' : ''}. Outside is a host without vethd, with a group one with`,
      'it. A frame crosses the pair of a slave beside the link, and from slave to slave two pairs and no link.',
      '',
      table(
        ['', ...COLUMNS.flatMap(([, title]) => [title, 'ratio'])],
        slaves.variants.map(({ id, title }) => [title, ...figure(id)]),
      ),
      ...slaves.leftOut.map(({ title, reason }) => `\nLeft out: ${title}: ${reason}.`),
    ].join('\n'),
  };
}
