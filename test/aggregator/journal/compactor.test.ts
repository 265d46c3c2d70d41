import { describe, expect, test } from 'vitest';
import { Compactor, type Entry } from '../../../src/aggregator/journal/compactor.js';
import type { Happening } from '../../../src/aggregator/journal/happening.js';
import { lacpdu } from '../../support/builders.js';
import { twoSystems } from '../../support/system-lab.js';

const eth1 = { veth: 'veth0', port: 'eth1', number: 1 } as const;
const heard = (key = 1): Happening => ({
  event: 'lacpdu',
  ...eth1,
  source: '02:00:00:00:01:01',
  pdu: lacpdu({ actor: { Key: key } }),
});
const malformed = (reason: 'illegal-subtype' | 'lacpdu-too-short'): Happening => ({
  event: 'malformed',
  ...eth1,
  reason,
  octets: '',
});
const timer = (name: 'periodic_timer' | 'current_while_timer'): Happening => ({ event: 'timer', ...eth1, timer: name });

function compacted(happenings: readonly (readonly [at: number, happening: Happening])[]) {
  const kept: Entry[] = [];
  const compactor = new Compactor((entry) => kept.push(entry));
  for (const [at, happening] of happenings) compactor.add(at, happening);
  return { kept, compactor };
}

const brief = (entries: readonly Entry[]) =>
  entries.map((entry) =>
    entry.event === 'again'
      ? `${entry.at} ${entry.of} x${entry.times} until ${entry.until}`
      : `${entry.at} ${entry.event}`,
  );

describe('what repeats', () => {
  test('is kept once; its number and the time of the last come when something else happens on the port', () => {
    const { kept } = compacted([
      [0, heard()],
      [1, timer('periodic_timer')],
      [1000, heard()],
      [1001, timer('periodic_timer')],
      [2000, heard()],
      [5000, timer('current_while_timer')],
    ]);
    expect(brief(kept)).toEqual([
      '0 lacpdu',
      '1 timer',
      '5000 lacpdu x2 until 2000',
      '5000 timer x1 until 1001',
      '5000 timer',
    ]);
  });

  test('goes on being counted where something else came between, and is told by `open` meanwhile', () => {
    const { kept, compactor } = compacted([
      [0, heard()],
      [10, timer('current_while_timer')],
      [1000, heard()],
      [2000, heard()],
    ]);
    expect(brief(kept)).toEqual(['0 lacpdu', '10 timer']);
    expect(brief(compactor.open(2500))).toEqual(['2500 lacpdu x2 until 2000']);
  });

  test('ends when one field of the LACPDU differs, and a run of its own begins', () => {
    const { kept } = compacted([
      [0, heard(1)],
      [1, heard(1)],
      [2, heard(2)],
      [3, heard(2)],
      [4, heard(1)],
    ]);
    expect(brief(kept)).toEqual(['0 lacpdu', '2 lacpdu x1 until 1', '2 lacpdu', '4 lacpdu x1 until 3', '4 lacpdu']);
  });

  test('is counted for each port apart', () => {
    const other = { ...heard(), port: 'eth2', number: 2 } as Happening;
    const { kept } = compacted([
      [0, heard()],
      [1, other],
      [2, heard()],
      [3, other],
      [4, timer('current_while_timer')],
    ]);
    expect(brief(kept)).toEqual(['0 lacpdu', '1 lacpdu', '4 lacpdu x1 until 2', '4 timer']);
  });
});

test('a flood of frames that differ is kept up to fifty a second, and counted beyond', () => {
  const flood = Array.from(
    { length: 10_000 },
    (_, i) => [i / 10, malformed(i % 2 ? 'illegal-subtype' : 'lacpdu-too-short')] as const,
  );
  const { kept } = compacted([...flood, [2000, timer('current_while_timer')]]);
  expect(kept.length).toBeLessThan(110);
  const counts = kept.flatMap((entry) => (entry.event === 'again' ? [entry] : []));
  expect(counts.some(({ alike }) => !alike)).toBe(true);
  const frames = kept.filter(({ event }) => event === 'malformed').length;
  expect(frames + counts.reduce((sum, { times }) => sum + times, 0)).toBe(10_000); // none is lost from the count
});

test('two links in use for ten minutes: what happens all the time takes no entry', () => {
  const lab = twoSystems(2, { rate: 'fast' }, { rate: 'fast' });
  lab.clock.advance(20_000);
  const formed = compacted(lab.a.journal.map(({ at, happening }) => [at, happening])).kept.length;
  lab.clock.advance(600_000);
  const { kept, compactor } = compacted(lab.a.journal.map(({ at, happening }) => [at, happening]));
  expect(lab.a.journal.length).toBeGreaterThan(3_600);
  expect(kept.length).toBe(formed);
  expect(compactor.open(lab.clock.now()).length).toBe(6);
});
