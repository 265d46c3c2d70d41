import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { RecentTraffic } from '../../src/daemon/recent-traffic.js';

/** Ports 1 and 2 of veth0, which send so many octets a second. */
function running() {
  const clock = new VirtualClock();
  const sent = new Map([
    [1, 1_000],
    [2, 0],
  ]);
  const rates = new Map([
    [1, 100],
    [2, 300],
  ]);
  const traffic = new RecentTraffic(clock, () => new Map([['veth0', new Map(sent)]]));
  traffic.start();
  const pass = (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      for (const [port, rate] of rates) sent.set(port, (sent.get(port) ?? 0) + rate);
      clock.advance(1_000);
    }
  };
  return { clock, sent, rates, traffic, pass };
}

test('what each port has sent since the first look, until now', () => {
  const { traffic, pass } = running();
  expect(traffic.of('veth0')).toBeUndefined();
  pass(7);
  expect(traffic.of('veth0')).toEqual({
    seconds: 7,
    octets: new Map([
      [1, 700],
      [2, 2_100],
    ]),
  });
  expect(traffic.of('veth7')).toBeUndefined();
});

test('of the last minute only', () => {
  const { traffic, pass, rates } = running();
  pass(300);
  rates.set(1, 0);
  pass(70);
  const { seconds = 0, octets } = traffic.of('veth0') ?? {};
  expect(seconds).toBeGreaterThanOrEqual(60);
  expect(seconds).toBeLessThanOrEqual(65);
  expect(octets).toEqual(
    new Map([
      [1, 0],
      [2, 300 * seconds],
    ]),
  );
});

test('a port that went and came again counts anew', () => {
  const { traffic, pass, sent } = running();
  pass(10);
  sent.set(1, 0);
  pass(2);
  expect(traffic.of('veth0')?.octets.get(1)).toBe(200);
});

test('stopped, it looks no more', () => {
  const { clock, traffic } = running();
  traffic.stop();
  clock.advance(600_000);
  expect(traffic.of('veth0')?.seconds).toBe(600);
});
