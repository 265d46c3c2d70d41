import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressHash } from '../../../src/layers/ipvlan/address-hash.js';
import { NOBODY } from '../../../src/layers/ipvlan/verdict.js';

const address = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
);

test('IV-1 finds the owner of each address, at any place of a frame, and nobody for others', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(address, { maxLength: 5 }), { maxLength: 40 }),
      address,
      fc.nat(40),
      (owned, other, at) => {
        const owners = new Map<string, number>();
        for (const [owner, addresses] of owned.entries())
          for (const each of addresses) if (!owners.has(String(each))) owners.set(String(each), owner);
        const hash = new AddressHash(owned);
        for (const each of [...owned.flat(), other]) {
          const frame = new Uint8Array(64);
          frame.set(each, at);
          expect(hash.owner(frame, at, each.length === 4 ? 4 : 16)).toBe(owners.get(String(each)) ?? NOBODY);
        }
      },
    ),
  );
});

test('an IPv4 address is not an IPv6 address that begins alike', () => {
  const hash = new AddressHash([[Uint8Array.of(10, 0, 0, 1)]]);
  const wide = new Uint8Array(16);
  wide.set([10, 0, 0, 1]);
  expect(hash.owner(wide, 0, 16)).toBe(NOBODY);
});

test('something that is no address is a mistake of ours', () => {
  expect(() => new AddressHash([[new Uint8Array(6)]])).toThrow('6 octets are no address');
});
