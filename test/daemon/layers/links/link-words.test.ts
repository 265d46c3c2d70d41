import { expect, test } from 'vitest';
import { parseLinkWords } from '../../../../src/daemon/layers/links/link-words.js';

const parse = (text: string) => parseLinkWords(text.split(' '));
const slave = (changes: object = {}) => ({
  act: 'add',
  item: { name: 'ipvl0', options: { link: 'eth0', mode: 'l3', flag: 'bridge', ...changes } },
});

test.each([
  ['IV-4 add link eth0 ipvl0 type ipvlan mode l2', slave({ mode: 'l2' })],
  ['IV-4 add link eth0 ipvl0 type ipvlan mode L3', slave()],
  ['IV-11 add link eth0 ipvl0 type ipvlan', slave()],
  ['IV-11 add link eth0 name ipvl0 type ipvlan mode l3s private', slave({ mode: 'l3s', flag: 'private' })],
  ['IV-11 add name ipvl0 link eth0 type ipvlan mode l2 vepa', slave({ mode: 'l2', flag: 'vepa' })],
  ['IV-4 set ipvl0 mode L2 private', { act: 'set', name: 'ipvl0', options: { mode: 'L2', flag: 'private' } }],
  ['IV-4 del ipvl0', { act: 'del', name: 'ipvl0' }],
  ['IV-4 delete dev ipvl0', { act: 'del', name: 'ipvl0' }],
  ['IV-4 show', { act: 'show', name: undefined }],
  ['IV-4 show ipvl0', { act: 'show', name: 'ipvl0' }],
])('%s', (text, request) => {
  expect(parse(text.replace(/^\S+ /, ''))).toEqual(request);
});

test('no words: all are shown', () => {
  expect(parseLinkWords([])).toEqual({ act: 'show', name: undefined });
});

test.each([
  ['ad link eth0 x type ipvlan', 'link ad: no such command; did you mean link add?'],
  ['add link eth0 x', 'x: no type; say vethcfg link add link MASTER NAME type ipvlan'],
  ['add link eth0 type ipvlan', 'link add: no NAME'],
  ['add x type ipvlan', 'x: no master; say link MASTER'],
  ['add link eth0 x y type ipvlan', 'y: a second name beside x'],
  ['add link eth0 x type vlan', 'type vlan: not made by vethd; say type ipvlan'],
  ['add link eth0 x type ipvlan mode l4', 'mode l4: no such mode of ipvlan; say l2, l3 or l3s'],
  ['add link eth0 x type ipvlan mode', 'mode: nothing follows it'],
  ['add link eth0 x type ipvlan mode l3s vepa', "x: l3s vepa: in l3s the host's own stack forwards"],
  ['add link eth0 a234567890123 type ipvlan mode l2 extra', 'extra: a second name'],
  ['add link eth0 a23456789012345 type ipvlan', "NAME 'a23456789012345': longer than 14 octets"],
  ['add link e/0 x type ipvlan', "MASTER 'e/0': has characters that an interface name cannot have"],
  ['set x', 'x: nothing to set'],
  ['del', 'link del: no NAME'],
])('refused: %s', (text, message) => {
  expect(() => parse(text)).toThrow(message);
});
