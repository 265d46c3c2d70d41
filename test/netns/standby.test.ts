/** One port in use at a time: hot standby measured, and fallback beside a host that has never heard of LACP. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Daemon, distributing } from '../../scripts/lab/daemon.js';
import { ping, UdpStream } from '../../scripts/lab/traffic.js';
import { waitFor } from '../../scripts/lab/wait.js';
import { addAll, address, daemonPair } from '../support/daemon-pair.js';
import { joinedBy, useLab } from '../support/netns.js';

const lab = useLab();
const RATE = 2000;

test('max-links=1: the active link is cut under traffic, the standby takes over; what that costs is printed', async () => {
  const pair = await daemonPair(lab, { links: 2, left: 'rate=fast max-links=1', right: 'rate=fast max-links=1' });
  await distributing(pair.daemons, ['eth0']);
  // Ready to step in: its own wait_while_timer has expired.
  await delay(2_500);
  await address(pair.a, '10.0.0.1/24');
  await address(pair.b, '10.0.0.2/24');
  await waitFor('an answer', async () => (await ping(pair.a, '10.0.0.2', 3)).received > 0);
  const stream = await UdpStream.start(pair.a, pair.b, '10.0.0.2', { rate: RATE, flows: 4 });
  await delay(500);
  await pair.a.ip('link set eth0 down');
  const tookMs = await distributing(pair.daemons, ['eth1']);
  await delay(500);
  const { sent, lost, longestGapMs, flowsAlive, duplicates } = await stream.stop();
  console.log(
    `hot standby: no frame for ${longestGapMs.toFixed(1)} ms, ${lost} of ${sent} frames lost at ${RATE} a second; ` +
      `both ends in DISTRIBUTING ${tookMs.toFixed(0)} ms after the cut`,
  );
  expect({ flowsAlive, duplicates }).toEqual({ flowsAlive: 4, duplicates: 0 });
  expect(longestGapMs).toBeLessThan(500);
  expect(lost).toBeLessThan(RATE / 2);
});

describe('fallback=one', () => {
  test('a host without LACP is reached over one port; LACP starts there, and both ports are used', async () => {
    const { a, b, ports } = await joinedBy(lab, 2);
    const left = new Daemon(lab, a);
    await left.start();
    await addAll(left, ports, 'rate=fast fallback=one fallback-delay=0');
    await address(a, '10.0.1.1/24');
    await b.ip('addr add 10.0.1.2/24 dev eth0');
    for (const port of ports) await b.ip(`link set ${port} up`);
    await distributing([left], ['eth0']);
    expect((await ping(a, '10.0.1.2', 5)).received).toBe(5);
    expect((await left.port('eth0'))?.notes).toContain('no LACPDU heard: used without a partner (fallback=one)');

    await b.ip('addr del 10.0.1.2/24 dev eth0');
    const right = new Daemon(lab, b);
    await right.start();
    await addAll(right, ports, 'rate=fast');
    await address(b, '10.0.1.2/24');
    await distributing([left, right], ports);
    await waitFor('an answer', async () => (await ping(a, '10.0.1.2', 3)).received === 3);
  });
});
