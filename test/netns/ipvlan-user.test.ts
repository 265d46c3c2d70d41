/** ipvlan slaves of a real vethd by the user path: the example of docs/interfaces/ipvlan.md, and each mode. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Daemon } from '../../scripts/lab/daemon.js';
import type { Host } from '../../scripts/lab/lab.js';
import { ping } from '../../scripts/lab/traffic.js';
import { A, B, learned, ROUTER, runExample } from '../support/ipvlan-example.js';
import { useLab } from '../support/netns.js';

const lab = useLab();
const HOST = '192.0.2.2';

describe('datapath=user', () => {
  let host: Host;
  let outside: Host;
  let spaces: readonly [Host, Host];
  let daemon: Daemon;
  let mac: string;

  beforeAll(async () => {
    host = await lab.host('host');
    outside = await lab.host('outside');
    spaces = [await lab.host('ns0'), await lab.host('ns1')];
    await lab.link(host, 'eth0', outside, 'eth0');
    await outside.ip(`addr add ${ROUTER}/24 dev eth0`);
    await host.ip(`addr add ${HOST}/24 dev eth0`);
    [{ address: mac }] = JSON.parse(await host.ip('-json link show eth0'));
    daemon = new Daemon(lab, host);
    daemon.words = ['--datapath=user'];
    await daemon.start();
    await runExample(daemon, 'eth0', spaces);
  });

  /** Of three echo requests each, from the first namespace and to it: those that were answered, once. */
  const answered = async (...ways: readonly (readonly [Host, string])[]) => {
    for (const [from, to] of ways) expect(await ping(from, to, 3), to).toMatchObject({ received: 3, duplicates: 0 });
  };

  test('IV-1 IV-10 two namespaces reach the router and each other, with one MAC address on the wire', async () => {
    await answered([spaces[0], ROUTER], [spaces[1], ROUTER], [spaces[0], B], [outside, A]);
    const neighbours: { dst: string; lladdr: string }[] = JSON.parse(await outside.ip('-json -4 neigh show'));
    expect(neighbours.filter(({ dst }) => dst === A || dst === B).map(({ lladdr }) => lladdr)).toEqual([mac, mac]);
    expect(await host.must(['bpftool', 'net', 'show', 'dev', '_ipvl0'])).not.toMatch(/from_slave/);
  });

  test('IV-7 IV-8 l3: the routes of the host decide', async () => {
    await daemon.mustCfg('link set ipvl0 mode l3');
    for (const [i, space] of spaces.entries()) await space.ip(`link set ipvl${i} arp off`);
    for (const address of [A, B]) await outside.ip(`route add ${address}/32 via ${HOST}`);
    await answered([spaces[0], ROUTER], [spaces[0], B], [outside, A]);
    await host.ip('route add blackhole 198.51.100.0/24');
    expect((await ping(spaces[0], '198.51.100.1', 2)).received).toBe(0);
    expect(JSON.parse(await daemon.mustCfg('--json link show ipvl0')).links[0].dropped.unrouted).toBe(2);
  });

  test('IV-11 l3s: the host forwards what comes in, its own addresses answer once', async () => {
    await daemon.mustCfg('link set ipvl0 mode l3s');
    await answered([spaces[0], ROUTER], [spaces[0], B], [outside, A], [spaces[0], HOST]);
    await daemon.mustCfg('link set ipvl0 mode l2');
    for (const [i, space] of spaces.entries()) await space.ip(`link set ipvl${i} arp on`);
    for (const address of [A, B]) await outside.ip(`route del ${address}/32`);
    await answered([spaces[0], ROUTER], [spaces[0], B]);
  });

  test('killed: the next vethd takes the slaves over; in order: nothing of the path is left', async () => {
    const rules = async () => (await host.ip('rule show')).split('\n').filter((rule) => rule.includes('iif eth0'));
    await daemon.crash();
    await daemon.start();
    await learned(daemon, A, B);
    await answered([spaces[0], ROUTER], [spaces[0], B]);
    expect(await rules()).toHaveLength(1);
    await daemon.stop();
    expect(await rules()).toEqual([]);
    expect(await host.interfaces()).toEqual(['eth0']);
  });
});
