import { expect, test } from 'vitest';
import { readVethdOptions } from '../../src/daemon/vethd-command.js';

test('VE-11 eight interfaces at most, with eight ports each, unless told otherwise', () => {
  expect(readVethdOptions([], {})).toMatchObject({ maxInterfaces: 8, maxPorts: 8 });
  const more = ['--max-interfaces', '20', '--max-ports', '16'];
  expect(readVethdOptions(more, {})).toMatchObject({ maxInterfaces: 20, maxPorts: 16 });
});
