import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AliasError } from '../../../src/layers/alias/alias-error.js';
import { aliasOptions, readAliasItem } from '../../../src/layers/alias/alias-item.js';
import { ipv4, maskLength } from '../../../src/layers/alias/ipv4.js';
import { ipv6 } from '../../../src/layers/alias/ipv6.js';

const read = (address: string, more: Record<string, string> = {}) => readAliasItem('eth0:0', { address, ...more });

describe('IA-5 the default mask is that of the class', () => {
  test.each([
    ['10.0.0.1', 8, '10.255.255.255'],
    ['172.16.0.1', 16, '172.16.255.255'],
    ['192.168.0.1', 24, '192.168.0.255'],
    ['200.1.1.1', 24, '200.1.1.255'],
  ])('%s: /%d, broadcast %s', (text, length, broadcast) => {
    const item = read(text);
    expect(item.length).toBe(length);
    expect(item.broadcast?.join('.')).toBe(broadcast);
  });

  test('IPv6 has no classes: one address', () => {
    expect(read('2001:db8::1')).toMatchObject({ length: 128, broadcast: undefined });
  });
});

test.each([
  ['200.1.1.1/255.255.255.128', '200.1.1.1/25'],
  ['200.1.1.1', '200.1.1.1/24'],
  ['2001:0DB8:0::1/64', '2001:db8::1/64'],
  ['::ffff:192.0.2.1/128', '::ffff:c000:201/128'],
])('%s is written as %s', (text, address) =>
  expect(aliasOptions(read(text))).toEqual({ address, broadcast: 'auto', state: 'up' }),
);

test('another broadcast address than the usual is written, and down', () => {
  expect(aliasOptions(read('200.1.1.1/24', { broadcast: '200.1.1.255' })).broadcast).toBe('auto');
  expect(aliasOptions(read('200.1.1.1/24', { broadcast: '200.1.255.255', state: 'down' }))).toEqual({
    address: '200.1.1.1/24',
    broadcast: '200.1.255.255',
    state: 'down',
  });
});

test('the ends of a link of two have no broadcast address', () => {
  expect(read('10.0.0.1/31').broadcast).toBeUndefined();
  expect(read('10.0.0.1/32').broadcast).toBeUndefined();
});

describe('refused, with a repair', () => {
  test.each([
    ['200.1.1', {}, 'not an address'],
    ['200.1.1.256', {}, 'not an address'],
    ['200.1.1.01', {}, 'not an address'],
    ['200.1.1.1/24/8', {}, 'not an address'],
    ['2001:db8::1::2', {}, 'not an address'],
    ['1:2:3:4:5:6:7:8::', {}, 'not an address'],
    ['200.1.1.1/33', {}, "'33' is no length"],
    ['200.1.1.1/0', {}, "'0' is no length"],
    ['200.1.1.1/255.0.255.0', {}, 'no length'],
    ['2001:db8::1/129', {}, "'129' is no length"],
    ['0', {}, 'not an address'],
    ['0.0.0.0', {}, 'stands for no address'],
    ['224.0.0.1', {}, 'stands for many stations'],
    ['ff02::1', {}, 'stands for many stations'],
    ['200.1.1.1', { broadcast: '+' }, 'not an IPv4 address'],
    ['2001:db8::1', { broadcast: '200.1.1.255' }, 'no broadcast address'],
    ['200.1.1.1', { state: 'UP' }, 'not a state'],
    ['200.1.1.1', { mask: '24' }, 'no such option'],
  ])('%s %j: %s', (address, more, problem) => {
    expect(() => read(address, more)).toThrow(AliasError);
    expect(() => read(address, more)).toThrow(problem);
  });

  test('no address at all, and the name that deletes', () => {
    expect(() => readAliasItem('eth0:0', {})).toThrow('no address');
    expect(() => readAliasItem('eth0:0-', { address: '200.1.1.1' })).toThrow('a minus deletes');
  });
});

describe('addresses are read as the system reads them', () => {
  const part = fc.oneof(fc.constantFrom('', '0', 'ffff', '12345', 'g', '1.2.3.4', '300.1.1.1'), fc.string({ unit: fc.constantFrom(...'0123456789abcdefF'), maxLength: 4 })); // biome-ignore format: a row
  test('IPv6', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV6(),
          fc.array(part, { maxLength: 10 }).map((parts) => parts.join(':')),
        ),
        (text) => {
          expect(ipv6.read(text) !== undefined).toBe(isIPv6(text));
        },
      ),
    );
  });
  test('IPv4', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4(),
          fc
            .array(fc.constantFrom('0', '1', '01', '255', '256', '', 'a'), { minLength: 3, maxLength: 5 })
            .map((parts) => parts.join('.')),
        ),
        (text) => {
          expect(ipv4.read(text) !== undefined).toBe(isIPv4(text));
        },
      ),
    );
  });
  test('what is printed is read again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.array(fc.nat(7)), (octets, zeros) => {
        for (const group of zeros) octets.fill(0, 2 * group, 2 * group + 2);
        expect(ipv6.read(ipv6.print?.(octets) ?? '')).toEqual(octets);
      }),
    );
  });
  test.each([
    ['0.0.0.0', 0],
    ['255.255.255.255', 32],
    ['255.255.254.0', 23],
    ['255.0.255.0', undefined],
  ])('the mask %s has length %s', (text, length) => expect(maskLength(text)).toBe(length));
});
