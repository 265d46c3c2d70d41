import { expect, test } from 'vitest';
import { readSettings } from '../../src/drivers/ethtool.js';

/** struct ethtool_link_settings: speed at 4, duplex at 8. */
function settings(speed: number, duplex: number): Buffer {
  const buffer = Buffer.alloc(48);
  buffer.writeUInt32LE(speed, 4);
  buffer.writeUInt8(duplex, 8);
  return buffer;
}

test.each([
  ['10 Gbit/s full', 10_000, 1, { speed: 10_000, duplex: 'full' }],
  ['10 Mbit/s half', 10, 0, { speed: 10, duplex: 'half' }],
  ['SPEED_UNKNOWN and DUPLEX_UNKNOWN', 0xffffffff, 0xff, { speed: undefined, duplex: undefined }],
  ['speed 0', 0, 1, { speed: undefined, duplex: 'full' }],
])('%s', (_name, speed, duplex, expected) => {
  expect(readSettings(settings(speed, duplex))).toEqual(expected);
});
