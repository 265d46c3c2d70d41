import { describe, expect, test } from 'vitest';
import { aimRows, type Bound, verdict } from '../../../scripts/benchmark/aims.js';
import { failover, results, speed } from './results-fixture.js';

const atLeast: Bound = { kind: 'at least', value: 0.95 };
const atMost: Bound = { kind: 'at most', value: 1.1 };
const noise = { median: 1, min: 0.8, max: 1.2 };

describe('verdict', () => {
  test.each([
    ['the median decides, not the worst', [0.9, 0.95, 1], atLeast, undefined, 'reached'],
    ['the median decides, not the best', [0.9, 0.94, 1], atLeast, undefined, 'not reached'],
    ['less is better where the aim is a most', [1, 1.1, 3], atMost, undefined, 'reached'],
    ['and more is worse', [1, 1.2, 3], atMost, undefined, 'not reached'],
    ['aim and median inside the noise', [0.9, 0.97, 1], atLeast, noise, 'undecided'],
    ['also when the median misses the aim', [0.9, 0.9, 1], atLeast, noise, 'undecided'],
    ['a median below all noise has missed', [0.7, 0.7, 1], atLeast, noise, 'not reached'],
    ['a median above all noise has made it', [1.3, 1.3, 1], atLeast, noise, 'reached'],
    ['an aim outside the noise is decided', [0.31, 0.33, 0.2], { kind: 'at least', value: 0.3 }, noise, 'reached'],
    ['nothing measured', [], atLeast, noise, 'not measured'],
  ] as const)('%s', (_, values, bound, band, expected) => {
    expect(verdict(values, bound, band)).toBe(expected);
  });
});

const find = (rows: ReturnType<typeof aimRows>, path: string, what: string) => {
  const row = rows.find((candidate) => candidate.path === path && candidate.what.startsWith(what));
  if (row === undefined) throw new Error(`no aim ${what} for ${path}`);
  return row;
};

test('aims are held against ratios of the same repetition, with the noise of the raw link', () => {
  const rows = aimRows(
    results({
      speed: speed({
        raw: { tcp8: [10, 20, 40], roundTrip: [10, 10, 10] },
        raw2: { tcp8: [9.9, 20, 41], roundTrip: [10, 9, 10] },
        kernel1: { tcp8: [9, 18, 36], roundTrip: [10.5, 10, 12] },
        user1: { tcp8: [4, 8, 12] },
        ovs: { tcp8: [1, 1, 0.5] },
      }),
    }),
  );
  expect(find(rows, 'kernel', 'TCP, 8 streams / raw').outcomes[0]).toEqual({
    text: '0.90 [0.90-0.90]',
    verdict: 'not reached',
  });
  expect(find(rows, 'kernel', 'round trip').outcomes[0]?.verdict).toBe('reached');
  expect(find(rows, 'user', 'TCP, 8 streams / raw').outcomes[0]?.verdict).toBe('reached');
  expect(find(rows, 'user', 'TCP, 8 streams / Open').outcomes[0]).toEqual({
    text: '8.0 [4.0-24.0]',
    verdict: 'reached',
  });
  expect(find(rows, 'kernel', 'TCP, 8 streams / Open').outcomes[0]?.verdict).toBe('not reached');
  expect(find(rows, 'kernel', 'TCP, 8 streams / raw').outcomes[1]?.verdict).toBe('not measured');
});

test('the cost of the programs is judged by direction, on packets and not on super-frames', () => {
  const cost = { variant: 'kernel1', runs: 5000 } as const;
  const rows = aimRows(
    results({
      speed: speed(
        { kernel1: { tcp8: [1] } },
        {
          bpf: [
            { ...cost, program: 'veth_transmit', load: 'packets', nsPerRun: 140 },
            { ...cost, program: 'veth_transmit', load: 'tcp8', nsPerRun: 400 },
            { ...cost, program: 'veth_receive', load: 'packets', nsPerRun: 160 },
            { ...cost, program: 'veth_capture_t', load: 'packets', nsPerRun: 999 },
            { ...cost, program: 'veth_empty', load: 'packets', nsPerRun: 60 },
          ],
        },
      ),
    }),
  );
  expect(find(rows, 'kernel', 'BPF programs, ns a packet, transmit').outcomes[0]).toEqual({
    text: '140 [140-140]',
    verdict: 'reached',
  });
  expect(find(rows, 'kernel', 'BPF programs, ns a packet, receive').outcomes[0]?.verdict).toBe('not reached');
  expect(find(rows, 'kernel', 'BPF programs, ns a packet, receive, less an empty').outcomes[0]).toEqual({
    text: '100 [100-100]',
    verdict: 'reached',
  });
});

test('a planned change loses nothing, not once; a table is judged by its median', () => {
  const rows = aimRows(
    results({
      failover: failover([
        { case: 'gate', lost: 0 },
        { case: 'gate', lost: 0 },
        { case: 'gate', lost: 1 },
        { case: 'removal', lost: 0 },
        { case: 'linkDown', tableMs: 0.5, lost: 40 },
        { case: 'linkDown', tableMs: 1.5 },
        { case: 'linkDown', tableMs: 9 },
      ]),
    }),
  );
  expect(find(rows, 'user', 'gate').outcomes[0]).toEqual({ text: '0 [0-1]', verdict: 'not reached' });
  expect(find(rows, 'user', 'port removed').outcomes[0]?.verdict).toBe('reached');
  expect(find(rows, 'user', 'link down').outcomes[0]).toEqual({ text: '1.50 [0.50-9.00]', verdict: 'reached' });
});
