import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changesBetween } from '../../../src/daemon/config/change.js';
import { readConfiguration } from '../../../src/daemon/config/read.js';
import { writeConfiguration } from '../../../src/daemon/config/write.js';
import { configuration } from './builders.js';

test('what is written is read back as the same, whatever it is', () => {
  fc.assert(
    fc.property(configuration, (written) => {
      const text = writeConfiguration(written);
      const { interfaces } = readConfiguration(text, 'f.yaml');
      expect(interfaces).toEqual(written.interfaces);
      expect(changesBetween(written, { interfaces })).toEqual([]);
      expect(writeConfiguration({ interfaces })).toBe(text);
    }),
  );
});

test('only what differs from its default is written, a port in one line', () => {
  const text = `\
interfaces:
  veth0:
    rate: fast
    key: 0x200
    mac: auto
    ports: { eth0: , eth1: { port-priority: 100, speed: 2500, partner-state: "-" } }
`;
  expect(writeConfiguration(readConfiguration(text, 'f.yaml'))).toBe(`\
# Configuration of vethd, see vethd.yaml(5). Options that are not named have their defaults.

interfaces:
  veth0:
    rate: fast
    key: 512
    ports:
      eth0: {}
      eth1: { port-priority: 100, speed: 2.5G, partner-state: "-" }
`);
});

test('nothing at all', () => {
  const text = writeConfiguration({ interfaces: [] });
  expect(readConfiguration(text, 'f.yaml').interfaces).toEqual([]);
});
