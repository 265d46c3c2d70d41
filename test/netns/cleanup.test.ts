/** A vethd that was killed, and nobody to follow it: traffic goes on until `vethd --cleanup` takes everything away. */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { executable } from '../../scripts/lab/daemon.js';
import { pinsOf } from '../../scripts/lab/lab.js';
import { ping } from '../../scripts/lab/traffic.js';
import { formedPair } from '../support/daemon-pair.js';
import { useLab } from '../support/netns.js';

const lab = useLab();

test('killed: traffic flows on, past the stacks of the ports; --cleanup gives the ports back and says what it did', async () => {
  const { a, b, left, ports } = await formedPair(lab, { links: 2 });
  const cleanup = [executable('vethd'), '--cleanup', '--run-dir', left.runDirectory];
  const early = await a.run(cleanup, { timeoutMs: 20_000 });
  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('in use by another vethd') });
  expect(await ping(a, '10.0.0.2', 5)).toMatchObject({ sent: 5, received: 5 });

  await left.crash();
  // A network card goes on letting in what is for veth0.
  const [{ address }] = JSON.parse(await a.ip('-json link show veth0'));
  for (const port of ports) {
    expect(await a.ip(`link show ${port}`)).toContain('ALLMULTI');
    expect(await a.must(['bridge', 'fdb', 'show', 'dev', port])).toContain(`${address} self permanent`);
  }
  expect(await ping(b, '10.0.0.1', 20)).toMatchObject({ sent: 20, received: 20, duplicates: 0 });
  // An address that only a port has is still out of reach.
  await a.ip('addr add 10.0.7.7/32 dev eth1');
  await b.ip('route add 10.0.7.7/32 dev eth1');
  const [{ address: mac }] = JSON.parse(await a.ip('-json link show eth1'));
  await b.ip(`neigh replace 10.0.7.7 lladdr ${mac} dev eth1 nud permanent`);
  expect((await ping(b, '10.0.7.7', 2)).received).toBe(0);

  expect(pinsOf(a.number)).toHaveLength(1);
  const { code, stdout } = await a.run(cleanup, { timeoutMs: 20_000 });
  expect({ code, said: stdout.trim().split('\n') }).toEqual({
    code: 0,
    said: [
      'programs and tables of veth0 removed',
      'interface veth0 removed',
      ...ports.map((port) => `port ${port} is as it was`),
      ...['state.json', 'configuration.json', 'lacp.json', 'control'].map((name) => `${name} removed`),
    ],
  });
  expect(pinsOf(a.number)).toEqual([]);
  expect(readdirSync(left.runDirectory)).toEqual([]);
  expect(await a.interfaces()).toEqual(ports);
  for (const port of ports) {
    const link = await a.ip(`-details link show ${port}`);
    expect(link).toMatch(/promiscuity 0 +allmulti 0/);
    expect(link).not.toMatch(/NOARP|ALLMULTI/);
    expect(await a.must(['bridge', 'fdb', 'show', 'dev', port])).not.toContain(address);
  }
  const again = await a.run(cleanup, { timeoutMs: 20_000 });
  expect(again).toMatchObject({ code: 0, stdout: 'nothing was left\n' });
});
