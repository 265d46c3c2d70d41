import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readAddress } from '../../../src/layers/alias/alias-item.js';
import { CountRule } from '../../../src/layers/alias/count-rule.js';
import { countingTable, hasOwnRoute, MAIN } from '../../../src/layers/alias/counting-table.js';
import { ethernet, ipv4, ipv6, Protocol, ports } from '../../support/frames.js';

const at = (text: string) => {
  const { type, address, length } = readAddress('x:0', text);
  return { family: type.family, address, length };
};
const alias = (slot: number, text: string) => ({ ...at(text), slot });

function frame(from: string, to: string, tags: [number, number][] = []): Uint8Array {
  const [source, destination] = [at(from), at(to.startsWith('ff') || /^2(2[4-9]|3|55)/.test(to) ? '1.1.1.1' : to)];
  const group = /^[\d.]+$/.test(to) ? Uint8Array.from(to.split('.').map(Number)) : destination.address;
  const packet = {
    addresses: { from: source.address, to: group },
    protocol: Protocol.UDP,
    payload: ports({ from: 1, to: 2 }),
  };
  return source.family === 2 ? ethernet(0x0800, ipv4(packet), { tags }) : ethernet(0x86dd, ipv6(packet), { tags });
}

const MAINS = [at('192.168.1.1/24'), at('2001:db8::1/64')];
const ALIASES = [
  alias(0, '200.1.1.1/24'),
  alias(1, '192.168.1.7/24'),
  alias(2, '200.1.0.1/16'),
  alias(3, '192.168.1.129/25'),
  alias(4, '2001:db8:1::1/64'),
];
const rule = new CountRule(countingTable(MAINS, ALIASES));

describe('NA-62 received, in this order', () => {
  test.each([
    ["1. the main device's address, also from an alias's network", '200.1.1.9', '192.168.1.1', MAIN],
    ["2. an alias's address", '10.0.0.1', '200.1.1.1', 0],
    ["2. that of an alias in the main device's network", '192.168.1.2', '192.168.1.7', 1],
    ['2. IPv6', '2001:db8:1::9', '2001:db8:1::1', 4],
    ['3. the alias whose network is the closest to the source', '200.1.1.9', '255.255.255.255', 0],
    ['3. the less close one, where only it has the source', '200.1.2.9', '224.0.0.1', 2],
    ['3. an alias closer than the main device', '192.168.1.200', '10.9.9.9', 3],
    ["4. the main device's network is as close: the main device", '192.168.1.9', '255.255.255.255', MAIN],
    ['4. nobody is close: the main device', '10.0.0.1', '224.0.0.251', MAIN],
  ])('%s', (_, from, to, slot) => expect(rule.received(frame(from, to))).toBe(slot));

  test('an alias that is not up is none', () => {
    const without = new CountRule(countingTable(MAINS, ALIASES.slice(1)));
    expect(without.received(frame('10.0.0.1', '200.1.1.1'))).toBe(MAIN);
  });

  test('the first of two aliases of one network is the closest', () => {
    const twins = new CountRule(countingTable([], [alias(7, '10.0.0.7/24'), alias(1, '10.0.0.1/24')]));
    expect(twins.received(frame('10.0.0.9', '255.255.255.255'))).toBe(7);
  });
});

describe('NA-60 NA-61 sent', () => {
  test.each([
    ['by the own route of the alias', '200.1.1.1', { slot: 0, ownRoute: true }],
    ["an alias in the main device's network", '192.168.1.7', { slot: 1, ownRoute: false }],
    ['the main device', '192.168.1.1', undefined],
    ['a guest that is routed', '10.0.0.5', undefined],
  ])('%s', (_, from, sent) => {
    const found = rule.sent(frame(from, '10.0.0.1'));
    expect(found && { slot: found.slot, ownRoute: found.ownRoute }).toEqual(sent);
  });

  test('a wider network than that of the main device has a route of its own', () => {
    expect(hasOwnRoute(at('192.168.1.7/16'), MAINS)).toBe(true);
    expect(hasOwnRoute(at('192.168.1.7/32'), MAINS)).toBe(false);
  });
});

test('what is no IP, is cut off, or has a VLAN tag counts for nobody', () => {
  const whole = frame('10.0.0.1', '200.1.1.1');
  for (const other of [
    whole.subarray(0, 33),
    frame('10.0.0.1', '200.1.1.1', [[0x8100, 5]]),
    ethernet(0x0806, new Uint8Array(46)),
  ]) {
    expect(rule.received(other)).toBeUndefined();
    expect(rule.sent(other)).toBeUndefined();
  }
});

/** Frames of a classic capture file, little-endian. */
function captured(file: Buffer): Uint8Array[] {
  expect(file.readUInt32LE(0)).toBe(0xa1b2c3d4);
  const frames: Uint8Array[] = [];
  for (let from = 24; from < file.length; ) {
    const length = file.readUInt32LE(from + 8);
    frames.push(Uint8Array.from(file.subarray(from + 16, from + 16 + length)));
    from += 16 + length;
  }
  return frames;
}

test('NA-62 a capture replayed gives the counters that vethd had', () => {
  // tcpdump on the main device 192.168.1.1/24 with eth0:0 200.1.1.1/24 and eth0:1 192.168.1.7/24; what vethcfg showed then.
  const replayed = new CountRule(
    countingTable([at('192.168.1.1/24')], [alias(0, '200.1.1.1/24'), alias(1, '192.168.1.7/24')]),
  );
  const all = captured(readFileSync(new URL('./two-aliases.pcap', import.meta.url)));
  const own = '02:00:00:00:00:01';
  const mac = (octets: Uint8Array) =>
    Buffer.from(octets)
      .toString('hex')
      .replace(/..(?=.)/g, '$&:');
  const counts = new Map<string, number>();
  const add = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const each of all) {
    if (mac(each.subarray(6, 12)) === own) {
      const sent = replayed.sent(each);
      if (sent !== undefined) add(`eth0:${sent.slot} with address`);
      if (sent?.ownRoute === true) add(`eth0:${sent.slot} sent`);
    } else {
      const slot = replayed.received(each);
      if (slot !== undefined) add(slot === MAIN ? 'eth0 received' : `eth0:${slot} received`);
    }
  }
  expect(Object.fromEntries(counts)).toEqual(
    JSON.parse(readFileSync(new URL('./two-aliases.json', import.meta.url), 'utf8')),
  );
});
