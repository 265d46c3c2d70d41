import { beforeEach, describe, expect, test } from 'vitest';
import { hashKey, hashSize } from '../../../src/layers/alias/address-hash.js';
import { type AliasErrno, AliasError } from '../../../src/layers/alias/alias-error.js';
import { readAddress } from '../../../src/layers/alias/alias-item.js';
import { ipv4 } from '../../../src/layers/alias/ipv4.js';
import { ipv6 } from '../../../src/layers/alias/ipv6.js';
import { NetAlias } from '../../../src/layers/alias/net-alias.js';
import { aliasesTable, aliasTypesTable } from '../../../src/layers/alias/tables.js';

let engine: NetAlias;

beforeEach(() => {
  engine = new NetAlias();
  engine.register(ipv4);
});

const address = (text: string) => {
  const { type, ...rest } = readAddress('x:0', text);
  return { ...rest, family: type.family };
};
const up = (name: string) => ({ name, up: true });
const make = (main: string, slot: number, text = `10.0.0.${slot % 250}/24`) =>
  engine.create(up(main), slot, address(text));

function refused(act: () => unknown, code: AliasErrno): string {
  try {
    act();
  } catch (error) {
    if (error instanceof AliasError) {
      expect(error.code).toBe(code);
      return error.message;
    }
  }
  throw new Error('not refused');
}

describe('NA-2 types of address families', () => {
  test('come and go; a family has one type', () => {
    engine.register(ipv6);
    expect(engine.types().map(({ family }) => family)).toEqual([2, 10]);
    refused(() => engine.register(ipv6), 'EINVAL');
    engine.unregister(10);
    expect(engine.types()).toEqual([ipv4]);
    refused(() => engine.unregister(10), 'EINVAL');
  });

  test('NA-13 an alias of a family without a type is refused', () => {
    expect(refused(() => make('eth0', 0, '2001:db8::1/64'), 'EINVAL')).toContain('families are 2 (ip)');
    engine.register(ipv6);
    expect(make('eth0', 0, '2001:db8::1/64').family).toBe(10);
  });

  test('NA-33 a type does not go while aliases of it exist', () => {
    make('eth0', 0);
    expect(refused(() => engine.unregister(2), 'EINVAL')).toContain('1 aliases are of it');
    engine.remove('eth0:0');
    engine.unregister(2);
    expect(engine.types()).toEqual([]);
  });
});

describe('creating', () => {
  test('NA-14 a new alias is not up', () => {
    expect(make('eth0', 0)).toMatchObject({ name: 'eth0:0', main: 'eth0', slot: 0, family: 2, up: false });
  });

  test('NA-13 not on a main device that is not up', () => {
    const message = refused(() => engine.create({ name: 'eth0', up: false }, 0, address('10.0.0.1/24')), 'EIO');
    expect(message).toContain('ip link set eth0 up');
    expect(engine.limitOf('eth0')).toBeUndefined();
  });

  test('NA-12 slots begin at 0, and one at or above the limit is refused', () => {
    make('eth0', 0);
    make('eth0', 255);
    expect(refused(() => make('eth0', 256), 'ENODEV')).toContain('no such device: slot 256 is not below 256');
  });

  test('the same name twice, and an address that another alias of the device has', () => {
    make('eth0', 0, '10.0.0.1/24');
    refused(() => make('eth0', 0, '10.0.0.2/24'), 'EEXIST');
    expect(refused(() => make('eth0', 1, '10.0.0.1/16'), 'EEXIST')).toContain('10.0.0.1 is that of eth0:0');
    make('eth1', 1, '10.0.0.1/24');
  });

  test('NA-31 the order is that of creation, behind the main device, whatever the slots', () => {
    make('eth0', 2);
    make('eth1', 1);
    make('eth0', 0);
    expect(engine.chain(['lo', 'eth0', 'eth1'])).toEqual(['lo', 'eth0', 'eth0:2', 'eth0:0', 'eth1', 'eth1:1']);
  });
});

describe('changing', () => {
  test('NA-17 another address is hashed anew, and may be of another family', () => {
    engine.register(ipv6);
    make('eth0', 0, '10.0.0.1/24');
    make('eth0', 1, '10.0.0.2/24');
    engine.readdress('eth0:0', address('2001:db8::1/64'));
    expect(engine.lookup('eth0', 2, Uint8Array.of(10, 0, 0, 1))).toBeUndefined();
    expect(engine.lookup('eth0', 10, address('2001:db8::1').address)?.name).toBe('eth0:0');
    expect([engine.attached(2), engine.attached(10)]).toEqual([1, 1]);
    expect(engine.chain(['eth0'])).toEqual(['eth0', 'eth0:0', 'eth0:1']);
    refused(() => engine.readdress('eth0:1', address('2001:db8::1/64')), 'EEXIST');
    refused(() => engine.readdress('eth0:9', address('10.0.0.9/24')), 'ENODEV');
  });

  test('NA-16 an alias goes up and down by itself', () => {
    make('eth0', 0);
    expect(engine.setUp('eth0:0', true).up).toBe(true);
    expect(engine.setUp('eth0:0', false).up).toBe(false);
    expect(engine.find('eth0:0')?.up).toBe(false);
  });
});

describe('ends', () => {
  test('NA-22 deleting what does not exist is refused', () => {
    refused(() => engine.remove('eth0:0'), 'ENODEV');
    make('eth0', 0);
    refused(() => engine.remove('eth0:1'), 'ENODEV');
  });

  test('NA-30 NA-32 with the main device all its aliases are freed, and no others', () => {
    make('eth0', 0);
    make('eth0', 2);
    make('eth1', 0);
    expect(engine.mainDown('eth0').map(({ name }) => name)).toEqual(['eth0:2', 'eth0:0']);
    expect(engine.chain(['lo', 'eth1'])).toEqual(['lo', 'eth1', 'eth1:0']);
    expect(engine.attached(2)).toBe(1);
    expect(engine.mainDown('eth0')).toEqual([]);
  });
});

describe('the limit', () => {
  test('NA-52 is grabbed at the first alias of a device, and remembered', () => {
    engine.setMaximum(10);
    make('eth0', 0);
    engine.setMaximum(1000);
    expect(refused(() => make('eth0', 999), 'ENODEV')).toContain('no such device: slot 999 is not below 10, the limit');
    make('eth1', 999);
    expect([engine.limitOf('eth0'), engine.limitOf('eth1')]).toEqual([10, 1000]);
  });

  test('NA-53 the first alias after the last one grabs the new limit', () => {
    engine.setMaximum(10);
    make('eth0', 0);
    engine.setMaximum(1000);
    engine.remove('eth0:0');
    make('eth0', 999);
    engine.setMaximum(5);
    engine.mainDown('eth0');
    refused(() => make('eth0', 5), 'ENODEV');
  });

  test('NA-51 at 0 none is made any more, and those that exist stay', () => {
    make('eth0', 0);
    engine.setMaximum(0);
    expect(refused(() => make('eth1', 0), 'ENODEV')).toContain('net-alias-max=256');
    expect(engine.find('eth0:0')).toBeDefined();
    make('eth0', 1); // it remembers its own limit
  });

  test('NA-42 NA-50 changes are told, with the size of the hash; the default is 256', () => {
    expect(engine.maximum).toBe(256);
    expect(engine.setMaximum(256)).toEqual([]);
    expect(engine.setMaximum(10)).toEqual(['net-alias-max changed (max. aliases 10, hash size 16)']);
    expect(engine.setMaximum(0).slice(1)).toEqual(['creation of aliases disabled']);
    expect(engine.setMaximum(300)).toEqual([
      'net-alias-max changed (max. aliases 300, hash size 256)',
      'creation of aliases enabled',
    ]);
  });
});

describe('NA-3 lookup by hash', () => {
  test('256 chains where the limit is 256 or more, else 16; the address is folded by XOR', () => {
    expect([255, 256, 1000, 0].map(hashSize)).toEqual([16, 256, 256, 16]);
    expect(hashKey(256, 0xc801_0101)).toBe(0xc8 ^ 0x01 ^ 0x01 ^ 0x01);
    expect(hashKey(16, 0xc801_0101)).toBe(0xc ^ 0x9);
  });

  test.each([10, 256])('finds each of many, with a limit of %d', (limit) => {
    engine.setMaximum(limit);
    const texts = Array.from({ length: limit }, (_, slot) => `10.${slot >> 4}.${slot & 15}.1`);
    for (const [slot, text] of texts.entries()) make('eth0', slot, `${text}/24`);
    for (const [slot, text] of texts.entries()) {
      expect(engine.lookup('eth0', 2, Uint8Array.from(text.split('.').map(Number)))?.slot).toBe(slot);
    }
    expect(engine.lookup('eth0', 2, Uint8Array.of(10, 99, 0, 1))).toBeUndefined();
    expect(engine.lookup('eth1', 2, Uint8Array.of(10, 0, 0, 1))).toBeUndefined();
  });
});

describe('the tables, octet by octet', () => {
  test('NA-40 alias_types', () => {
    make('eth0', 0, '200.1.1.1/24');
    expect(aliasTypesTable(engine)).toBe('type    name            n_attach\n' + '2       ip              1      \n');
    engine.register(ipv6);
    expect(aliasTypesTable(engine).split('\n')[2]).toBe('10      ipv6            0      ');
  });

  test('NA-41 aliases: records of 64 octets', () => {
    engine.register(ipv6);
    make('eth0', 0, '200.1.1.1/24');
    make('eth0', 2, '2001:db8:1111:2222:3333:4444:5555:6666/64');
    const table = aliasesTable(engine, ['lo', 'eth0']);
    expect(table).toBe(
      'device           family address                                \n' +
        'eth0:0           2      200.1.1.1                              \n' +
        'eth0:2           10     2001:db8:1111:2222:3333:4444:5555:6666 \n',
    );
    expect(table.match(/.{63}\n/g)?.join('')).toBe(table);
  });

  test('NA-41 a type that cannot print shows a minus; without aliases the header is there', () => {
    const { print: _, ...silent } = ipv6;
    engine.register(silent);
    expect(aliasesTable(engine, ['eth0'])).toHaveLength(64);
    make('eth0', 0, '2001:db8::1/64');
    expect(aliasesTable(engine, ['eth0']).split('\n')[1]).toBe('eth0:0           10     -'.padEnd(63));
  });
});
