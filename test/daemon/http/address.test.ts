import { describe, expect, test } from 'vitest';
import { isLoopback, isOwnName, printAddress, readHttpAddress } from '../../../src/daemon/http/address.js';

test.each([
  ['8080', '127.0.0.1:8080', true],
  ['localhost:8080', '127.0.0.1:8080', true],
  ['127.0.0.1:1', '127.0.0.1:1', true],
  ['[::1]:65535', '[::1]:65535', true],
  ['0.0.0.0:8080', '0.0.0.0:8080', false],
  ['192.0.2.1:80', '192.0.2.1:80', false],
  ['[2001:db8::1]:80', '[2001:db8::1]:80', false],
])('%s is %s; loopback: %s', (text, printed, loopback) => {
  const result = readHttpAddress(text);
  if (!result.ok) throw new Error(result.problem);
  expect(printAddress(result.address)).toBe(printed);
  expect(isLoopback(result.address)).toBe(loopback);
});

test.each([
  ['0', '0 is no port; say 1 to 65535'],
  ['70000', '70000 is no port; say 1 to 65535'],
  ['127.0.0.1', 'no port is named; say 127.0.0.1:8080'],
  ['::1', 'no port is named; say [::1]:8080'],
  ['2001:db8::1:8080', 'no port is named; say [2001:db8::1:8080]:8080'],
  ['', 'no port is named; say 127.0.0.1:8080 or 8080'],
  [':8080', 'nothing is no IP address; say 127.0.0.1:8080, or 0.0.0.0:8080 for every network'],
  ['router:8080', 'router is no IP address; say 127.0.0.1:8080, or 0.0.0.0:8080 for every network'],
  ['8080x', 'no port is named; say 127.0.0.1:8080 or 8080'],
])('%s is refused: %s', (text, problem) => {
  expect(readHttpAddress(text)).toEqual({ ok: false, problem });
});

describe('the Host header', () => {
  test.each([
    '127.0.0.1:8080',
    '127.0.0.1',
    '[::1]:8080',
    'localhost',
    'LOCALHOST:80',
    'router:8080',
    '192.0.2.1:8080',
  ])('%s is ours', (header) => expect(isOwnName(header, 'router')).toBe(true));
  test.each([
    undefined,
    '',
    'evil.example',
    'evil.example:8080',
    '127.0.0.1.evil.example:8080',
    'localhost.evil.example',
  ])('%s is not', (header) => expect(isOwnName(header, 'router')).toBe(false));
});
