import { expect, test } from 'vitest';
import { checkInterfaceName } from '../../src/daemon/interface-name.js';

test.each(['eth0', 'veth0', 'enp129s0f0np0', 'a', 'x'.repeat(15), 'eth0.100', 'ä'])('%s is a name', (name) => {
  expect(() => checkInterfaceName('PORT', name)).not.toThrow();
});

test.each([
  ['', 'no name'],
  ['x'.repeat(16), 'longer than 15 octets'],
  ['ä'.repeat(8), 'longer than 15 octets'],
  ['.', 'characters'],
  ['..', 'characters'],
  ['a/b', 'characters'],
  ['eth0:1', 'characters'],
  ['a b', 'characters'],
  ['a\n', 'characters'],
  ['a\u0000', 'characters'],
])('%j is refused: %s', (name, problem) => {
  expect(() => checkInterfaceName('VETH', name)).toThrow(problem);
});
