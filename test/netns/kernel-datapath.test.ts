/** The data path in the kernel as its user sees it: counters, captures, large and odd frames, another namespace. */
import { expect, test } from 'vitest';
import { compiled, distributing } from '../../scripts/lab/daemon.js';
import type { Host } from '../../scripts/lab/lab.js';
import { ping, tcp } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import type { ShowResult } from '../../src/daemon/messages.js';
import { type DaemonPair, formedPair } from '../support/daemon-pair.js';
import { useLab } from '../support/netns.js';

const lab = useLab();

interface Counted {
  readonly tx: { readonly packets: number; readonly bytes: number };
  readonly rx: { readonly packets: number; readonly bytes: number };
}

const kernel = async (host: Host, name: string): Promise<Counted> =>
  JSON.parse(await host.ip(`-s -json link show ${name}`))[0].stats64;

/** Frames and octets of all ports together, as vethcfg shows them. */
async function ports({ left }: DaemonPair) {
  const { aggregators, datapath } = JSON.parse(await left.mustCfg('--json show')) as ShowResult;
  expect(datapath.kind).toBe('kernel');
  const all = aggregators.flatMap((aggregator) => aggregator.ports.map(({ dataCounters }) => dataCounters));
  const sum = (of: (counters: (typeof all)[number]) => number) => all.reduce((total, each) => total + of(each), 0);
  return {
    txFrames: sum((each) => each.txFrames),
    txBytes: sum((each) => each.txBytes),
    rxFrames: sum((each) => each.rxFrames),
  };
}

test('as the user sees it: counters, tcpdump, large frames, multicast, carrier, another network namespace', async () => {
  const pair = await formedPair(lab, { links: 2, left: 'rate=fast mtu=9000', right: 'rate=fast mtu=9000' });
  const { a, b, left, right } = pair;

  // tcpdump on veth0 has both directions.
  const dump = a.start(['tcpdump', '-lnn', '-i', 'veth0', '--immediate-mode', 'icmp']);
  await dump.says('listening on');
  expect(await ping(a, '10.0.0.2', 20)).toMatchObject({ sent: 20, received: 20, duplicates: 0 });
  await waitFor('the last answer', () => dump.stdout.split('echo reply').length > 20);
  expect((await dump.stop('SIGINT')).stdout.split('echo request').length).toBe(21);

  // What ip and vethcfg count is what has passed, either way.
  const [before, portsBefore] = [await kernel(a, 'veth0'), await ports(pair)];
  await ping(a, '10.0.0.2', 100);
  const [after, portsAfter] = [await kernel(a, 'veth0'), await ports(pair)];
  for (const way of ['tx', 'rx'] as const) {
    expect(after[way].packets - before[way].packets).toBeGreaterThanOrEqual(100);
    expect(after[way].packets - before[way].packets).toBeLessThan(120);
  }
  expect(portsAfter.txFrames - portsBefore.txFrames).toBeGreaterThanOrEqual(100);
  expect(portsAfter.rxFrames - portsBefore.rxFrames).toBeGreaterThanOrEqual(100);

  // Super-frames pass whole, and count as the frames that they are on the wire.
  const [whole, parts] = [await kernel(a, 'veth0'), await ports(pair)];
  await tcp(a, b, '10.0.0.2', { seconds: 1, port: 5301 });
  const [wholeAfter, partsAfter] = [await kernel(a, 'veth0'), await ports(pair)];
  const packets = wholeAfter.tx.packets - whole.tx.packets;
  const frames = partsAfter.txFrames - parts.txFrames;
  expect((wholeAfter.tx.bytes - whole.tx.bytes) / packets).toBeGreaterThan(9_014);
  expect(frames).toBeGreaterThan(2 * packets);
  expect((partsAfter.txBytes - parts.txBytes) / frames).toBeLessThanOrEqual(9_014);

  expect(await a.must('ping -c 3 -i 0.02 -M do -s 8972 10.0.0.2'.split(' '))).toContain('3 received');
  // Neighbour discovery is multicast.
  await a.must('ping -c 2 -i 0.1 -I veth0 ff02::1'.split(' '));

  // Carrier follows the ports.
  for (const port of pair.ports) await b.ip(`link set ${port} down`);
  await waitFor('no carrier', async () => (await a.ip('link show veth0')).includes('NO-CARRIER'));
  for (const port of pair.ports) await b.ip(`link set ${port} up`);
  await distributing([left, right], pair.ports);

  // Its peer stays here, and so does what forwards.
  const inner = await lab.host('inner');
  await a.ip(`link set veth0 netns ${inner.namespace}`);
  await inner.ip('addr add 10.0.0.1/24 dev veth0');
  await inner.ip('link set veth0 up');
  await waitFor('ping from there', async () => (await ping(inner, '10.0.0.2', 5)).received === 5);
  await left.stop();
  expect(await inner.interfaces()).toEqual([]);
});

/** Sends one frame, given in hexadecimal, on an interface, given by its index. */
const SEND = `
  const { libc } = await import(process.argv[1]);
  const [ifindex, hexadecimal] = process.argv.slice(2);
  const address = Buffer.alloc(20);
  address.writeUInt16LE(17, 0);
  address.writeInt32LE(Number(ifindex), 4);
  const frame = Buffer.from(hexadecimal, 'hex');
  const socket = libc().socket(17, 3, 0);
  process.exitCode = libc().sendto(socket, frame, frame.length, 0, address, address.length) === frame.length ? 0 : 1;
`;

test('frames with a VLAN tag, and frames for other addresses, pass as they are', async () => {
  const { a, b } = await formedPair(lab, { links: 2, left: 'rate=fast', right: 'rate=fast' });
  const [{ ifindex }] = JSON.parse(await a.ip('-json link show veth0'));
  const send = (frame: string) =>
    a.must(['node', '--input-type=module', '-e', SEND, compiled('src/drivers/sys/libc.js'), `${ifindex}`, frame]);
  const dump = b.start(['tcpdump', '-lnne', '-i', 'veth0', '--immediate-mode']);
  await dump.says('listening on');
  const payload = '00'.repeat(46);
  await send(`ffffffffffff0200000000018100600a88b5${payload}`);
  await send(`ffffffffffff02000000000188a800148100001e88b5${payload}`);
  await send(`02000000abcd02000000000188b5${payload}`);
  await waitFor('the last frame', () => dump.stdout.includes('> 02:00:00:00:ab:cd'));
  const { stdout } = await dump.stop('SIGINT');
  expect(stdout).toMatch(/802\.1Q.*length 64: vlan 10, p 3, ethertype Unknown \(0x88b5\)/);
  expect(stdout).toMatch(/802\.1Q-QinQ.*length 68: vlan 20, p 0, ethertype 802\.1Q.*vlan 30, p 0/);
  expect(stdout.split('0x88b5').length - 1).toBe(3);
});
