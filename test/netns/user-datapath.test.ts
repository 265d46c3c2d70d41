/**
 * The user-space data path on real kernel links: two hosts, three links, static tables (no LACP here).
 * Runs the compiled worker: build first (`npm run build`; `npm test` does).
 */

import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Lab } from '../../scripts/lab/lab.js';
import type { Running } from '../../scripts/lab/processes.js';
import { ping, tcp } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { makeTable } from '../../src/mux/distributor.js';
import { hashBy } from '../../src/mux/hash.js';
import { End, ifindexOf } from './user-datapath-end.js';

const PORTS = ['p0', 'p1', 'p2'];
const MTU = 9000;
const SLOW = `0180c2000002${'020000000099'}8809${'01'.padEnd(220, '0')}`;

const lab = new Lab();
let a: End;
let b: End;

beforeAll(async () => {
  const left = await lab.host('left');
  const right = await lab.host('right');
  for (const name of PORTS) await lab.link(left, name, right, name);
  a = await End.open(left, 1, PORTS, MTU);
  b = await End.open(right, 2, PORTS, MTU);
});

afterAll(() => lab.dispose());

/** Every port distributes and collects. */
const allPorts = async () => {
  await a.use(PORTS);
  await b.use(PORTS);
};

/** Echo requests at a high rate, until stopped. */
const stream = (from: End, address: string): Running => from.host.start(['ping', '-i', '0.002', '-s', '200', address]);

/** Sequence numbers of answers; the last request may have been under way when ping was stopped. */
const answered = (stdout: string): number[] => [...stdout.matchAll(/icmp_seq=(\d+)/g)].map(([, n]) => Number(n));

/** Lines that tcpdump prints of matching frames while `during` runs. */
async function captured(end: End, name: string, filter: string, during: () => Promise<unknown>): Promise<string[]> {
  const dump = end.host.start(['tcpdump', '-lnne', '-i', name, '--immediate-mode', ...filter.split(' ')]);
  await dump.says('listening on');
  await during();
  const { stdout } = await dump.stop('SIGINT');
  return stdout.split('\n').filter((line) => /^\d/.test(line)); // without hex dumps
}

/** A frame that comes after all frames sent before it on the same way: their fate is then decided. */
const settled = async (from: End, address: string) => expect((await ping(from.host, address, 3)).received).toBe(3);

describe('forwarding', () => {
  beforeEach(allPorts);

  test('echo requests come back, the neighbour is the virtual interface itself', async () => {
    expect(await ping(a.host, '10.0.0.2')).toMatchObject({ sent: 10, received: 10, duplicates: 0 });
    expect(await a.host.ip('neigh show dev veth0')).toContain('02:00:00:00:00:02');
  });

  test('jumbo frames pass whole', async () => {
    const words = ['ping', '-c', '5', '-i', '0.02', '-M', 'do', '-s', `${MTU - 28}`, '10.0.0.2'];
    expect(await a.host.must(words)).toContain('5 received');
  });

  test('bulk TCP passes as super-frames, counted as the frames they become', async () => {
    await a.use(['p0']);
    const [before, kernelBefore, own] = [await b.statistics(), await a.kernel('p0'), await a.port('p0')];
    const rate = await tcp(a.host, b.host, '10.0.0.2', { seconds: 2, port: 5301 });
    const [after, kernel, now] = [await b.statistics(), await a.kernel('p0'), await a.port('p0')];
    const packets = kernel.txPackets - kernelBefore.txPackets;
    const mean = (kernel.txBytes - kernelBefore.txBytes) / packets;
    console.log(`user-space data path: TCP ${(rate / 1e9).toFixed(1)} Gbit/s, mean frame ${mean.toFixed(0)} octets`);
    expect(mean).toBeGreaterThan(2 * MTU);
    expect(after.superFrames - before.superFrames).toBeGreaterThan(100);
    const frames = now.txFrames - own.txFrames;
    expect(frames).toBeGreaterThan(2 * packets);
    expect((now.txBytes - own.txBytes) / frames).toBeLessThanOrEqual(MTU + 14);
  });

  test('frames leave only by the ports of the table', async () => {
    await a.use(['p1']);
    const before = [await a.kernel('p0'), await a.kernel('p1'), await a.kernel('p2')];
    await tcp(a.host, b.host, '10.0.0.2', { seconds: 1, streams: 4, port: 5302 });
    const after = [await a.kernel('p0'), await a.kernel('p1'), await a.kernel('p2')];
    const sent = after.map(({ txPackets }, i) => txPackets - (before[i]?.txPackets ?? 0));
    expect(sent).toEqual([0, expect.any(Number), 0]);
    expect(sent[1]).toBeGreaterThan(10);
  });

  test('several connections use several ports, whose octets are those of their buckets', async () => {
    const octets = async () => ({
      ports: await Promise.all(PORTS.map(async (name) => (await a.port(name)).txBytes)),
      buckets: await a.bucketBytes(),
    });
    const before = { ...(await octets()), kernel: await Promise.all(PORTS.map((name) => a.kernel(name))) };
    await tcp(a.host, b.host, '10.0.0.2', { seconds: 1, streams: 24, port: 5303 });
    // The last acknowledgements may come in between two looks.
    let after = await octets();
    await waitFor('the end of the traffic', async () => {
      const earlier = after;
      after = await octets();
      return isDeepStrictEqual(after, earlier);
    });
    const { buckets } = makeTable([...a.ports.values()], [], hashBy('layer3+4'));
    for (const [i, name] of PORTS.entries()) {
      expect((await a.kernel(name)).txPackets - (before.kernel[i]?.txPackets ?? 0)).toBeGreaterThan(10);
      const own = buckets.flatMap((port, bucket) => (port === a.ports.get(name) ? [bucket] : []));
      const sum = own.reduce((all, b) => all + (after.buckets[b] ?? 0) - (before.buckets[b] ?? 0), 0);
      expect(sum).toBe((after.ports[i] ?? 0) - (before.ports[i] ?? 0));
    }
  });

  test('with an empty table nothing leaves and each frame is counted', async () => {
    await a.use([]);
    const before = await a.counters();
    expect((await ping(a.host, '10.0.0.2', 5)).received).toBe(0);
    const after = await a.counters();
    expect(after.txNoPort - before.txNoPort).toBeGreaterThanOrEqual(5);
    expect(after.ports).toEqual(before.ports);
  });

  test('frames of a port that is not collecting are dropped and counted', async () => {
    await a.use(['p0']);
    await b.use(PORTS, ['p1', 'p2']);
    const before = await b.port('p0');
    const seen = await captured(b, 'veth0', 'icmp or arp', () => ping(a.host, '10.0.0.2', 5));
    const after = await b.port('p0');
    expect(seen).toEqual([]);
    expect(after.rxNotCollecting - before.rxNotCollecting).toBeGreaterThanOrEqual(5);
    expect(after.rxFrames).toBe(before.rxFrames);
  });

  test('Discard_Wrong_Conversation: a port delivers what it would send itself, all else is dropped and counted', async () => {
    await a.use(['p0']);
    await b.use(['p1'], PORTS, ['p0']);
    const before = await b.port('p0');
    expect(await captured(b, 'veth0', 'icmp or arp', () => ping(a.host, '10.0.0.2', 5))).toEqual([]);
    const after = await b.port('p0');
    expect(after.rxWrongConversation - before.rxWrongConversation).toBeGreaterThanOrEqual(5);
    expect(after.rxFrames).toBe(before.rxFrames);
    await b.use(['p0'], PORTS, ['p0']);
    await settled(a, '10.0.0.2');
    expect((await b.port('p0')).rxWrongConversation).toBe(after.rxWrongConversation);
  });

  test('a new table takes effect under traffic: the old port falls silent', async () => {
    await a.use(['p0']);
    const traffic = stream(a, '10.0.0.2');
    const start = await a.port('p0');
    await waitFor('traffic on p0', async () => (await a.port('p0')).txFrames > start.txFrames + 50);
    await a.use(['p1']);
    const [moved, other] = [await a.port('p0'), await a.port('p1')];
    await waitFor('traffic on p1', async () => (await a.port('p1')).txFrames > other.txFrames + 200);
    expect((await a.port('p0')).txFrames).toBe(moved.txFrames);
    const { stdout } = await traffic.stop('SIGINT');
    const seen = answered(stdout);
    expect(seen.length).toBeGreaterThan(200);
    expect(seen).toEqual(seen.map((_, i) => i + 1));
  });
});

describe('slow protocols', () => {
  beforeEach(allPorts);

  test('a frame that the host sends is dropped and counted', async () => {
    const before = await a.counters();
    const veth0 = await ifindexOf(a.host, 'veth0');
    const seen = await captured(b, 'any', 'ether proto 0x8809', async () => {
      await a.call('sendFrame', veth0, SLOW);
      await settled(a, '10.0.0.2');
    });
    const after = await a.counters();
    expect(after.txSlowProtocols - before.txSlowProtocols).toBe(1);
    expect(seen).toEqual([]);
  });

  test('a frame that a port receives is not given to the host', async () => {
    const seen = await captured(b, 'veth0', 'ether proto 0x8809 or icmp', async () => {
      await a.call('sendFrame', a.ports.get('p0'), SLOW);
      await settled(a, '10.0.0.2');
    });
    expect(seen.filter((line) => line.includes('0x8809') || line.includes('Slow'))).toEqual([]);
    expect(seen.length).toBeGreaterThan(0);
  });
});

/** The kernel takes the outer tag out of every received frame; these tests need no VLAN device, which not all kernels have. */
describe('VLAN tags', () => {
  beforeEach(async () => {
    await allPorts();
    await a.use(['p0']);
  });

  const SOURCE = '020000000099';
  const FILTER = 'ether src 02:00:00:00:00:99';
  const tagged = (tags: string, rest: string) => `ffffffffffff${SOURCE}${tags}${rest}`;

  /** What port p0 and the far host see of a frame sent on veth0. */
  async function across(hex: string, vnet = ''): Promise<{ wire: string[]; up: string[] }> {
    const veth0 = await ifindexOf(a.host, 'veth0');
    let wire: string[] = [];
    const up = await captured(b, 'veth0', FILTER, async () => {
      wire = await captured(b, 'p0', FILTER, async () => {
        await a.call('sendFrame', veth0, hex, vnet);
        await settled(a, '10.0.0.2');
      });
    });
    return { wire, up };
  }

  test('a tagged frame is on the wire with its tag, and comes up with it', async () => {
    const { wire, up } = await across(tagged('8100600a', `88b5${'5a'.repeat(50)}`));
    const line = /802\.1Q.*length 68: vlan 10, p 3, ethertype Unknown \(0x88b5\)/;
    expect(wire).toEqual([expect.stringMatching(line)]);
    expect(up).toEqual([expect.stringMatching(line)]);
  });

  test('two tags keep their order and their types', async () => {
    const { wire, up } = await across(tagged('88a800148100001e', `88b5${'5a'.repeat(50)}`));
    const line = /802\.1Q-QinQ.*length 72: vlan 20, p 0, ethertype 802\.1Q.*vlan 30, p 0/;
    expect(wire).toEqual([expect.stringMatching(line)]);
    expect(up).toEqual([expect.stringMatching(line)]);
  });

  test('a tagged TCP super-frame passes whole, its unfinished checksum with it', async () => {
    const ip = '45000fc8000040004006000a0a0000010a0000fe'; // 4040 octets, TCP, 10.0.0.1 to 10.0.0.254
    const segment = `1389138a000000010000000050100100${'00000000'}${'5a'.repeat(4000)}`;
    // needs_csum, TCPv4, hdr_len 58, gso_size 1400, csum_start 38, csum_offset 16
    const vnet = '01013a00780526001000';
    const before = [await a.port('p0'), await a.statistics()] as const;
    const { up } = await across(tagged('8100000a', `0800${ip}${segment}`), vnet);
    const after = [await a.port('p0'), await a.statistics()] as const;
    expect(up).toEqual([
      expect.stringMatching(/length 4058: vlan 10.* 10\.0\.0\.1\.5001 > 10\.0\.0\.254\.5002.*length 4000/),
    ]);
    expect(after[1].superFrames - before[1].superFrames).toBe(1);
    expect(after[0].txRefused).toBe(before[0].txRefused);
  });
});

describe('ports come and go', () => {
  beforeEach(allPorts);

  test('a port whose link is down refuses, the others go on, and it works again when up', async () => {
    await a.host.ip('link set p0 down');
    await a.use(['p0']);
    const before = await a.port('p0');
    await ping(a.host, '10.0.0.2', 3);
    expect((await a.port('p0')).txRefused).toBeGreaterThan(before.txRefused);
    await a.use(['p1']);
    expect((await ping(a.host, '10.0.0.2', 5)).received).toBe(5);
    await a.host.ip('link set p0 up');
    await a.use(['p0']);
    expect((await ping(a.host, '10.0.0.2', 5)).received).toBe(5);
  });

  test('a removed port neither sends nor delivers, and can come back', async () => {
    const ifindex = a.ports.get('p2');
    await a.call('removePort', ifindex);
    expect(Object.keys((await a.counters()).ports)).not.toContain(`${ifindex}`);
    await a.use(['p2']);
    const before = await a.counters();
    await ping(a.host, '10.0.0.2', 3);
    expect((await a.counters()).txNoPort).toBeGreaterThan(before.txNoPort);
    await a.call('addPort', ifindex);
    expect((await ping(a.host, '10.0.0.2', 5)).received).toBe(5);
  });

  test('an interface that does not exist is refused with its number', async () => {
    await expect(a.call('addPort', 4711)).rejects.toThrow(/interface 4711.*ENODEV/);
    await expect(a.call('addPort', 0)).rejects.toThrow(/0 is no interface/);
    await settled(a, '10.0.0.2');
  });

  test('an interface deleted under traffic harms no other port', async () => {
    const traffic = stream(a, '10.0.0.2');
    await a.use(['p0', 'p1']);
    const doomed = a.ports.get('p2');
    await a.host.ip('link del p2');
    const before = await a.port('p1');
    await b.use(['p1']);
    await a.use(['p1']);
    await waitFor('traffic on p1', async () => (await a.port('p1')).txFrames > before.txFrames + 100);
    await traffic.stop('SIGINT');
    await a.call('removePort', doomed);
    expect((await ping(a.host, '10.0.0.2', 5)).received).toBe(5);
  });
});

describe('the end', () => {
  test('close ends the worker, and the process with it', async () => {
    expect(await a.close()).toBe(0);
  });

  test('process.exit is not held up by a worker that waits for frames', async () => {
    const start = performance.now();
    b.call('exit', 3).catch(() => {}); // it does not answer
    expect(await b.ended).toBe(3);
    expect(performance.now() - start).toBeLessThan(900); // the worker's own wait is 1000 ms
  });
});
