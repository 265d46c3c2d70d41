import { describe, expect, test } from 'vitest';
import { firstAfter, linesOf, observed } from '../../../scripts/benchmark/failover/times.js';
import { readOptions } from '../../../scripts/benchmark/options.js';
import { document } from '../../../scripts/benchmark/report/document.js';
import { plots } from '../../../scripts/benchmark/report/plots.js';
import { sections } from '../../../scripts/benchmark/report/sections.js';
import { niceScale } from '../../../scripts/benchmark/report/svg.js';
import { table } from '../../../scripts/benchmark/report/table.js';
import { failover, results, speed } from './results-fixture.js';

test('a table is aligned, the first column to the left', () => {
  expect(
    table(
      ['', 'value'],
      [
        ['raw', '1'],
        ['raw again', '12.5'],
      ],
    ),
  ).toBe(
    ['|           | value |', '| --------- | ----: |', '| raw       |     1 |', '| raw again |  12.5 |'].join('\n'),
  );
});

const run = results({
  speed: speed(
    {
      raw: { tcp1: [10e9, 20e9, 20e9] },
      raw2: { tcp1: [9e9, 22e9, 20e9] },
      user1: { tcp1: [3e9, 4e9, 5e9] },
    },
    { leftOut: [{ title: 'the rival', reason: 'not <installed>' }] },
  ),
  failover: failover([{ lost: 3 }, { lost: 7 }, { lost: 90, reordered: 2 }]),
});

test('sections: ratios with the noise beside, what was left out and why, medians and the worst', () => {
  const text = new Map(sections(run).map((section) => [section.title, section.text]));
  expect(text.get('Ratios to the raw link')).toContain('TCP, 1 stream 0.90-1.10');
  expect(text.get('Ratios to the raw link')).toMatch(/\| the user1 +\| +0\.25 \[0\.20-0\.30\] \|/);
  expect(text.get('Ratios to the raw link')).toContain('Left out: the rival: not <installed>.');
  expect(text.get('Figures')).toMatch(/\| the raw +\| +20\.0 \[10\.0-20\.0\] \| +- \|/);
  expect(text.get('Failover')).toMatch(/link down, own end +\| veth, user path \| +- \| +- \| +7 \| +90 \| +2 \|/);
});

test('slaves: figures and ratios to the raw link of their own part', () => {
  const slaves = speed({
    raw: { tcp1: [40e9], packets: [800e3], roundTrip: [20] },
    'out-user': { tcp1: [10e9], packets: [200e3], roundTrip: [50] },
  });
  const [section] = sections(results({ slaves }));
  expect(section?.title).toBe('ipvlan slaves');
  const rows = (section?.text ?? '').split('\n').map((line) => line.replaceAll(/ +/g, ' '));
  expect(rows).toContain('| the raw | 40.0 [40.0-40.0] | | 800 [800-800] | | 20 [20-20] | |');
  expect(rows).toContain(
    '| the out-user | 10.0 [10.0-10.0] | 0.25 [0.25-0.25] | 200 [200-200] | 0.25 [0.25-0.25] | 50 [50-50] | 2.50 [2.50-2.50] |',
  );
});

test('the document describes the machine and shows each plot that was made', () => {
  const made = plots(run);
  expect([...made.keys()]).toEqual(['ratios.svg', 'processor.svg', 'failover.svg']);
  const text = document(run, new Set(made.keys()));
  expect(text).toContain(
    'Run of 2026-01-02 03:04 UTC, 1 minutes. Abacus, 2 cores, 4 GiB, Debian, Linux 6.12.0. node v20.',
  );
  expect(text.match(/!\[.*\]\(benchmarks\/\w+\.svg\)/g)).toHaveLength(3);
});

test('a plot has a bar, a spread and its figures for each way that was measured, and is well-formed', () => {
  const svg = plots(run).get('ratios.svg') ?? '';
  expect(svg).toContain('0.25 [0.20-0.30]');
  expect(svg.match(/fill="#8a8f98"/g)).toHaveLength(1); // raw again; raw itself is the line
  const open = svg.match(/<(svg|text)\b/g)?.length;
  expect(svg.match(/<\/(svg|text)>/g)).toHaveLength(open ?? 0);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});

test.each([
  [0.97, 1, 0.2],
  [1, 1, 0.2],
  [22.1, 25, 5],
  [90, 100, 20],
  [0, 1, 0.5],
])('a scale to %d ends at %d in steps of %d', (most, end, step) => {
  const scale = niceScale(most);
  expect(scale.end).toBeCloseTo(end);
  expect(scale.step).toBeCloseTo(step);
});

describe('options', () => {
  test('a full run of everything by default, five times', () => {
    expect(readOptions([])).toMatchObject({
      quick: false,
      parts: ['speed', 'slaves', 'failover', 'control'],
      repetitions: 5,
      slaveRepetitions: 5,
      failoverRepetitions: 5,
      scales: [1, 16, 128, 1024],
    });
  });

  test('a quick run of some parts', () => {
    expect(readOptions(['--quick', '--only', 'control,speed', '--repetitions', '2'])).toMatchObject({
      quick: true,
      parts: ['speed', 'control'],
      repetitions: 2,
      failoverRepetitions: 2,
      scales: [1, 16, 128],
    });
  });

  test.each([
    [['--only', 'sped'], "--only: no part 'sped'; there are speed, slaves, failover, control"],
    [['--repetitions', '0'], '--repetitions takes a number from 1 to 999'],
    [['--publish', '--only', 'speed'], '--publish takes a run of everything, not --only'],
  ])('%j is refused', (words, wrong) => {
    expect(readOptions(words)).toEqual({ wrong });
  });

  test('help is told from a run', () => {
    expect(readOptions(['--help'])).toBe('help');
  });
});

test('times are taken from the log and from the observer, not before the event', () => {
  const log = [
    'vethd: debug 99.000 eth0: the kernel says down',
    'vethd: info 100.000 veth0: made',
    'vethd: debug 101.500 eth0: the kernel says down',
    'vethd: debug 101.750 veth0: frames go by a new table',
  ].join('\n');
  expect(firstAfter(linesOf(log), 100, 'the kernel says down')).toBe(101.5);
  expect(firstAfter(linesOf(log), 102, 'the kernel says down')).toBeUndefined();
  const watched = 'watching\n99.100 eth0 down\n101.400 eth1 down\n101.600 eth0 down\n';
  expect(observed(watched, 100, 'eth0', 'down')).toBe(101.6);
});

test('a way that is far beyond all others does not make them vanish: its bar ends with the axis', () => {
  const far = results({
    speed: speed({
      raw: { roundTrip: [20] },
      user1: { roundTrip: [100] },
      dpdk: { roundTrip: [12_000] },
    }),
  });
  const svg = plots(far).get('ratios.svg') ?? '';
  const widths = [...svg.matchAll(/width="([\d.]+)" height="16"/g)].map(([, width]) => Number(width));
  expect(widths).toHaveLength(2);
  expect(svg).toContain('600.00 [600.00-600.00]');
  expect(widths[0]).toBe(widths[1]);
});
