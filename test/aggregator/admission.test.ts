/** Which links may take part: VE-30 to VE-33, conformance L-14 and L-15, as a matrix. */
import { describe, expect, test } from 'vitest';
import { admit, defaultKey, operationalKey, remember, sortingSpeeds } from '../../src/aggregator/admission.js';
import { DEFAULT_PORT, type PortSettings } from '../../src/aggregator/settings.js';
import { facts } from '../support/system-lab.js';

type Facts = Parameters<typeof facts>[1];
const admission = (link: Facts, wildcard: boolean, port: Partial<PortSettings> = {}) =>
  admit(facts(1, link), { ...DEFAULT_PORT, ...port }, wildcard);

describe('VE-31 VE-33 R4 admit', () => {
  test.each<[title: string, link: Facts, strictlyAdmitted: boolean, strictlyEnabled: boolean]>([
    ['all known', {}, true, true],
    ['speed unknown', { speed: undefined }, false, true],
    ['duplex unknown', { duplex: undefined }, false, true],
    ['half duplex', { duplex: 'half' }, false, true],
    ['link unknown', { link: 'unknown' }, false, false],
    ['nothing known', { link: 'unknown', speed: undefined, duplex: undefined }, false, false],
  ])('L-15 %s: with agg_wc=1 in; with agg_wc=0 as the standard says', (title, link, admitted, enabled) => {
    expect(admission(link, true)).toMatchObject({ admitted: true, port_enabled: true, wildcard: true });
    expect(admission(link, false)).toMatchObject({ admitted, port_enabled: enabled, wildcard: false });
    if (title === 'all known') expect(admission(link, true).notes).toEqual([]);
    else expect(admission(link, false).notes[0]).toMatch(/: kept out because agg_wc=0 \(.+\)$/);
  });

  test('the notes name every doubt', () => {
    const unknown = { link: 'unknown', speed: undefined, duplex: undefined } as const;
    expect(admission(unknown, true).notes).toEqual([
      'link state unknown, admitted by agg_wc',
      'speed unknown, admitted by agg_wc',
      'duplex unknown, admitted by agg_wc',
    ]);
    expect(admission({ duplex: 'half' }, true).notes).toEqual(['half duplex, admitted by agg_wc']);
  });

  test('the port overrides the interface, both ways', () => {
    const unknown = { speed: undefined };
    expect(admission(unknown, true, { agg_wc: false }).admitted).toBe(false);
    expect(admission(unknown, false, { agg_wc: true }).admitted).toBe(true);
  });

  test('a declared speed counts as known, full duplex', () => {
    const unknown = { speed: undefined, duplex: undefined };
    expect(admission(unknown, false, { speed: 2_500 })).toMatchObject({
      admitted: true,
      speed: 2_500,
      duplex: 'full',
      notes: [],
    });
    expect(admission({ speed: 100 }, true, { speed: 2_500 }).speed).toBe(2_500);
  });

  test('a link that is down is not enabled, wildcard or not; nor is one that is administratively down', () => {
    for (const wildcard of [true, false]) {
      expect(admission({ link: 'down' }, wildcard).port_enabled).toBe(false);
      expect(admission({ adminUp: false }, wildcard).port_enabled).toBe(false);
      expect(admission({ adminUp: false, link: 'unknown' }, wildcard).port_enabled).toBe(false);
    }
  });

  test('a link that is down has no speed: that is no reason to keep it out once it is up', () => {
    const down = admission({ link: 'down', speed: undefined, duplex: undefined }, false);
    expect(down).toMatchObject({ admitted: true, port_enabled: false, notes: [] });
  });
});

describe('remember', () => {
  const unknown = { speed: undefined, duplex: undefined } as const;

  test('a link that goes down keeps speed and duplex', () => {
    const down = facts(1, { link: 'down', ...unknown });
    expect(remember(down, facts(1))).toEqual({ ...down, speed: 1_000, duplex: 'full' });
  });

  test('one that is up is as it says', () => {
    const up = facts(1, unknown);
    expect(remember(up, facts(1))).toEqual(up);
    expect(remember(facts(1, { link: 'down', speed: 100 }), facts(1)).speed).toBe(100);
  });
});

describe('keys', () => {
  test('A_KEY of veth0 is 0100, of veth1 0200', () => expect([0, 1].map(defaultKey)).toEqual([0x0100, 0x0200]));

  test('with an unknown speed the key is as administered: 0100 as in the seed', () =>
    expect(operationalKey(0x0100, undefined)).toBe(0x0100));

  test('VE-33 different speeds give different keys', () => {
    const speeds = [10, 100, 1_000, 2_500, 5_000, 10_000, 20_000, 25_000, 40_000, 50_000, 100_000, 200_000, 400_000];
    const keys = [undefined, ...speeds, 7].map((speed) => operationalKey(0x0100, speed));
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key & 0xfff0).toBe(0x0100);
  });
});

describe('sortingSpeeds', () => {
  const of = (...links: readonly (readonly [speed: number | undefined, wildcard: boolean])[]) =>
    sortingSpeeds(links.map(([speed, wildcard]) => admission({ speed }, wildcard)));

  test('all by the wildcard: speed is out of account', () =>
    expect(of([1_000, true], [100, true], [undefined, true])).toEqual([undefined, undefined, undefined]));
  test('none by the wildcard: each its own', () => expect(of([1_000, false], [100, false])).toEqual([1_000, 100]));
  test('mixed: the wildcard goes with the fastest of the others', () =>
    expect(of([1_000, false], [100, false], [undefined, true])).toEqual([1_000, 100, 1_000]));
  test('a port that is kept out does not set the pace', () =>
    expect(of([undefined, false], [100, true])).toEqual([undefined, undefined]));
  test('no ports', () => expect(of()).toEqual([]));
});
