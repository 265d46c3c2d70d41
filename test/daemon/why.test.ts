import { expect, test } from 'vitest';
import type { PortExplanation, Verdict } from '../../src/aggregator/verdict.js';
import { whyResult } from '../../src/daemon/why.js';
import { whyView } from '../../vethcfg/why-view.js';
import { facts } from '../support/system-lab.js';

const silent: Verdict = {
  cause: 'nothing-heard',
  text: 'no LACP partner: no LACPDU heard',
  weight: 'obstacle',
  machine: 'Receive',
  clause: 'x.4.12',
  since: 5_000,
  repair: 'switch it on',
  side: 'partner',
};
const port = (verdicts: readonly Verdict[], inUse = false): PortExplanation => ({
  veth: 'veth0',
  port: 'eth1',
  inUse,
  receive: inUse ? 'CURRENT' : 'DEFAULTED',
  mux: inUse ? 'DISTRIBUTING' : 'DETACHED',
  verdicts,
});
const inTime = { served: 10, worst: 3, worstAgo: 10, classes: [] };

test('a bridge is told for certain when the far end of the link is a port of one in this namespace', () => {
  const links = [facts(1, { lower: 12 }), facts(2, { master: 20 }), facts(10, { name: 'br0' })];
  const [told] = whyResult([port([silent])], links, inTime, 95_000).ports;
  expect(told?.verdicts[0]).toMatchObject({ cause: 'bridge-in-the-way', side: 'here', forSeconds: 90 });
  expect(told?.verdicts[0]?.repair).toContain('eth2, where the link leads, is a port of br0');
});

test.each([
  ['the far end is elsewhere', [facts(1, { lower: 99 })]],
  ['the far end has no master', [facts(1, { lower: 12 }), facts(2)]],
])('%s: only nothing heard', (_, links) => {
  const [told] = whyResult([port([silent])], links, inTime, 95_000).ports;
  expect(told?.verdicts[0]?.cause).toBe('nothing-heard');
});

test('vethd itself running late is told for a minute', () => {
  const late = (worstAgo: number) => whyResult([], [], { ...inTime, worst: 1_500, worstAgo }, 0).process;
  expect(late(10_000)[0]).toContain('ran 1500 ms late 10 s ago');
  expect(late(61_000)).toEqual([]);
});

test('as text: a paragraph a port, with values and the side of the repair', () => {
  const differs: Verdict = {
    ...silent,
    cause: 'other-key',
    text: 'kept out: keys',
    field: 'Actor_Key',
    own: '0300',
    other: '0100',
    side: 'here',
  };
  const result = whyResult([port([differs]), port([], true)], [], inTime, 95_000);
  expect(whyView(result)).toBe(
    [
      'veth0 eth1: not in use (Receive DEFAULTED, Mux DETACHED)',
      '  other-key: kept out: keys',
      '    decided by Receive (x.4.12), for 90 s',
      '    Actor_Key: here 0300, there 0100',
      '    repair (here): switch it on',
      'veth0 eth1: in use (Receive CURRENT, Mux DISTRIBUTING), nothing to mend',
      '',
    ].join('\n'),
  );
});
