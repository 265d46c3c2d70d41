/** vethd to vethd over kernel links: traffic passes over the group. */
import { expect, test } from 'vitest';
import { ping, tcp } from '../../scripts/lab/traffic.js';
import { formedPair } from '../support/daemon-pair.js';
import { useLab } from '../support/netns.js';

const lab = useLab();

test('VE-14 NB-1 two links, active and active, fast: both in use, ping and TCP pass, carrier follows', async () => {
  const { a, b, left, right } = await formedPair(lab, { links: 2 });
  expect(await ping(a, '10.0.0.2')).toMatchObject({ sent: 10, received: 10, duplicates: 0 });
  expect(await tcp(a, b, '10.0.0.2', { seconds: 1 })).toBeGreaterThan(1e8);
  expect(await a.must(['cat', '/proc/net/dev'])).toContain('veth0');
  expect(await a.ip('-oneline link show veth0')).toContain('LOWER_UP');
  for (const daemon of [left, right]) {
    const aggregator = await daemon.aggregator();
    expect(aggregator?.ports.map((port) => [port.mux, port.receive, port.periodic])).toEqual([
      ['DISTRIBUTING', 'CURRENT', 'FAST_PERIODIC'],
      ['DISTRIBUTING', 'CURRENT', 'FAST_PERIODIC'],
    ]);
  }
  const mine = await left.aggregator();
  const theirs = await right.aggregator();
  expect(mine?.partnerSystem).toBe(theirs?.systemId);
  expect(theirs?.partnerSystem).toBe(mine?.systemId);
});
