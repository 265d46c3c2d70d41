import { describe, expect, test } from 'vitest';
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../../src/aggregator/settings.js';
import { OPTIONS, type OptionScope, parseOptions } from '../../src/daemon/options.js';
import { Refusal } from '../../src/daemon/refusal.js';
import { checkSettings } from '../../src/daemon/settings-check.js';

const refusal = (action: () => unknown): Refusal => {
  try {
    action();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('was not refused');
};

describe('values of interface options', () => {
  test.each([
    ['lacp=active', { lacp: 'active' }],
    ['lacp=passive', { lacp: 'passive' }],
    ['lacp=off', { lacp: 'off' }],
    ['rate=fast', { rate: 'fast' }],
    ['rate=slow', { rate: 'slow' }],
    ['system-priority=0', { systemPriority: 0 }],
    ['system-priority=65535', { systemPriority: 65535 }],
    ['system-id=02:AB:00:00:00:0f', { systemId: '02:ab:00:00:00:0f' }],
    ['system-id=02-ab-00-00-00-0f', { systemId: '02:ab:00:00:00:0f' }],
    ['system-id=auto', { systemId: undefined }],
    ['key=1', { key: 1 }],
    ['key=0x0100', { key: 256 }],
    ['key=65535', { key: 65535 }],
    ['key=auto', { key: undefined }],
    ['mux=independent', { mux: 'independent' }],
    ['mux=coupled', { mux: 'coupled' }],
    ['hash=layer2', { hash: 'layer2' }],
    ['hash=layer2+3', { hash: 'layer2+3' }],
    ['hash=layer3+4', { hash: 'layer3+4' }],
    ['hash=encap2+3', { hash: 'encap2+3' }],
    ['hash=encap3+4', { hash: 'encap3+4' }],
    ['hash=vlan+srcmac', { hash: 'vlan+srcmac' }],
    ['hash-seed=0', { hashSeed: 0 }],
    ['hash-seed=0xffffffff', { hashSeed: 0xffff_ffff }],
    ['hash-flow-label=1', { hashFlowLabel: true }],
    ['weights=speed', { weights: 'speed' }],
    ['weights=equal', { weights: 'equal' }],
    ['rebalance=0', { rebalance: 0 }],
    ['rebalance=3600', { rebalance: 3600 }],
    ['min-links=1', { minLinks: 1 }],
    ['min-links=256', { minLinks: 256 }],
    ['max-links=1', { maxLinks: 1 }],
    ['policy=stable', { policy: 'stable' }],
    ['policy=bandwidth', { policy: 'bandwidth' }],
    ['policy=count', { policy: 'count' }],
    ['policy=port-priority', { policy: 'port-priority' }],
    ['max-links=256', { maxLinks: 256 }],
    ['fallback=one', { fallback: 'one' }],
    ['fallback-delay=0', { fallbackDelay: 0 }],
    ['up-delay=500', { upDelay: 500 }],
    ['down-delay=0', { downDelay: 0 }],
    ['damping=3/60', { damping: { failures: 3, seconds: 60 } }],
    ['damping=none', { damping: undefined }],
    ['farewell=individual', { farewell: 'individual' }],
    ['lacp-version=1', { lacpVersion: 1 }],
    ['lacp-version=2', { lacpVersion: 2 }],
    ['conversation-links=auto', { conversationLinks: undefined }],
    [
      'conversation-links=7:3/0-6:2,1',
      {
        conversationLinks: [
          { first: 0, last: 6, links: [2, 1] },
          { first: 7, last: 7, links: [3] },
        ],
      },
    ],
    ['discard-wrong-conversation=1', { discardWrongConversation: true }],
    ['agg_wc=0', { agg_wc: false }],
    ['agg_wc=1', { agg_wc: true }],
    ['mac=02:00:00:00:00:01', { mac: '02:00:00:00:00:01' }],
    ['mac=auto', { mac: undefined }],
    ['mac=random', { mac: 'random' }],
    ['mtu=68', { mtu: 68 }],
    ['mtu=65535', { mtu: 65535 }],
    ['mtu=auto', { mtu: undefined }],
  ])('%s', (word, aggregator) => {
    // toStrictEqual: an `auto` must be there as a key with value undefined, or it would not reset anything.
    expect(parseOptions([word], 'aggregator')).toStrictEqual({ aggregator, port: {} });
    expect(parseOptions([word], 'add')).toStrictEqual({ aggregator, port: {} });
  });
});

describe('values of port options', () => {
  test.each([
    ['port-priority=0', { portPriority: 0 }],
    ['gate=open', { gate: 'open' }],
    ['gate=collect-only', { gate: 'collect-only' }],
    ['gate=closed', { gate: 'closed' }],
    ['partner-system=02:00:00:00:00:05', { partnerSystem: '02:00:00:00:00:05' }],
    ['partner-system=none', { partnerSystem: undefined }],
    ['partner-system-priority=7', { partnerSystemPriority: 7 }],
    ['partner-key=0x1b', { partnerKey: 27 }],
    ['partner-port=3', { partnerPort: 3 }],
    ['partner-port-priority=4', { partnerPortPriority: 4 }],
    ['partner-state=dcsa', { partnerState: 'ASCD' }],
    ['partner-state=-', { partnerState: '' }],
    ['port-priority=65535', { portPriority: 65535 }],
    ['speed=10', { speed: 10 }],
    ['speed=1000', { speed: 1000 }],
    ['speed=100M', { speed: 100 }],
    ['speed=1G', { speed: 1000 }],
    ['speed=2.5g', { speed: 2500 }],
    ['speed=10G', { speed: 10000 }],
    ['speed=1.6T', { speed: 1600000 }],
    ['speed=auto', { speed: undefined }],
    ['aggregation=1', { aggregation: true }],
    ['aggregation=0', { aggregation: false }],
  ])('%s', (word, port) => {
    expect(parseOptions([word], 'port')).toStrictEqual({ aggregator: {}, port });
    expect(parseOptions([word], 'add')).toStrictEqual({ aggregator: {}, port });
  });

  test.each([
    ['agg_wc=0', { agg_wc: false }],
    ['agg_wc=1', { agg_wc: true }],
    ['agg_wc=auto', { agg_wc: undefined }],
    ['key=7', { key: 7 }],
    ['key=auto', { key: undefined }],
  ])('%s is for the port when a port is set', (word, port) => {
    expect(parseOptions([word], 'port')).toStrictEqual({ aggregator: {}, port });
  });
});

describe('refused words: thing, reason and repair are in the message', () => {
  test.each<[OptionScope, string, string]>([
    ['add', 'rate=quick', 'rate=quick: not a rate; say rate=fast or rate=slow'],
    ['add', 'rate=Fast', 'rate=Fast: not a rate; say rate=fast or rate=slow'],
    ['add', 'rate=', 'rate=: not a rate; say rate=fast or rate=slow'],
    ['add', 'rate', 'rate: has no value; say rate=fast|slow'],
    ['add', 'lacp=on', 'lacp=on: not an LACP mode; say lacp=active, lacp=passive or lacp=off'],
    ['add', 'system-priority=65536', 'system-priority=65536: more than 65535; say system-priority=0..65535'],
    ['add', 'system-priority=-1', 'system-priority=-1: not a priority; say system-priority=0..65535'],
    ['add', 'system-priority=1.5', 'system-priority=1.5: not a priority; say system-priority=0..65535'],
    ['add', 'system-priority= 1', 'system-priority= 1: not a priority; say system-priority=0..65535'],
    ['add', 'system-priority=1e3', 'system-priority=1e3: not a priority; say system-priority=0..65535'],
    ['add', 'key=0', 'key=0: less than 1; say key=1..65535 or key=auto'],
    ['add', 'key=65536', 'key=65536: more than 65535; say key=1..65535 or key=auto'],
    ['add', 'key=0x', 'key=0x: not a key; say key=1..65535 or key=auto'],
    ['add', 'mac=1', 'mac=1: not a MAC address; say mac=02:00:00:00:00:01, mac=random or mac=auto'],
    [
      'add',
      'mac=02:00-00:00:00:01',
      'mac=02:00-00:00:00:01: not a MAC address; say mac=02:00:00:00:00:01, mac=random or mac=auto',
    ],
    [
      'add',
      'mac=01:80:c2:00:00:02',
      'mac=01:80:c2:00:00:02: a group address, not one of a station; say mac=02:00:00:00:00:01, mac=random or mac=auto',
    ],
    [
      'add',
      'system-id=00:00:00:00:00:00',
      'system-id=00:00:00:00:00:00: the null address, which stands for "no partner"; say system-id=02:00:00:00:00:01 or system-id=auto',
    ],
    ['add', 'mux=both', 'mux=both: not a kind of mux control; say mux=independent or mux=coupled'],
    [
      'add',
      'hash=layer4',
      'hash=layer4: not a hash policy; say hash=layer2, hash=layer2+3, hash=layer3+4, hash=encap2+3, hash=encap3+4, hash=vlan+srcmac, hash=mac-xor or hash=auto',
    ],
    [
      'add',
      'mode=gec',
      'mode=gec: not a mode; say mode=lacp, mode=fec, mode=bridge, mode=active-backup, mode=alias or mode=auto',
    ],
    [
      'add',
      'primary=a/b',
      'primary=a/b: has characters that an interface name cannot have; say primary=eth0 or primary=none',
    ],
    [
      'add',
      'primary-reselect=never',
      'primary-reselect=never: not a rule; say primary-reselect=always, primary-reselect=better or primary-reselect=failure',
    ],
    ['add', 'peer-notify=256', 'peer-notify=256: more than 255; say peer-notify=0..255'],
    ['add', 'min-links=0', 'min-links=0: less than 1; say min-links=1..256'],
    ['add', 'max-links=257', 'max-links=257: more than 256; say max-links=1..256'],
    ['add', 'damping=3', 'damping=3: not a number of failures and of seconds; say damping=3/60 or damping=none'],
    ['add', 'damping=0/60', 'damping=0/60: failures are 1 to 100; say damping=3/60 or damping=none'],
    ['add', 'damping=3/3601', 'damping=3/3601: seconds are 1 to 3600; say damping=3/60 or damping=none'],
    ['add', 'mtu=67', 'mtu=67: less than 68; say mtu=68..65535 or mtu=auto'],
    ['add', 'agg_wc=yes', 'agg_wc=yes: neither 1 nor 0; say agg_wc=1 or agg_wc=0'],
    ['aggregator', 'agg_wc=auto', 'agg_wc=auto: neither 1 nor 0; say agg_wc=1 or agg_wc=0'],
    ['port', 'agg_wc=2', 'agg_wc=2: neither 1 nor 0; say agg_wc=1, agg_wc=0 or agg_wc=auto'],
    ['port', 'aggregation=no', 'aggregation=no: neither 1 nor 0; say aggregation=1 or aggregation=0'],
    [
      'port',
      'partner-state=X',
      'partner-state=X: not a partner state; say partner-state=TA, partner-state=ASCD or partner-state=-',
    ],
    [
      'port',
      'partner-state=AA',
      'partner-state=AA: a letter is given twice; say partner-state=TA, partner-state=ASCD or partner-state=-',
    ],
    [
      'port',
      'partner-system=auto',
      'partner-system=auto: not a MAC address; say partner-system=02:00:00:00:00:01 or partner-system=none',
    ],
    ['port', 'port-priority=x', 'port-priority=x: not a priority; say port-priority=0..65535'],
    [
      'port',
      'speed=0',
      'speed=0: not a whole number of Mbit/s; say speed=100, speed=1G, speed=2.5G, speed=10G or speed=auto',
    ],
    ['port', 'speed=1K', 'speed=1K: not a speed; say speed=100, speed=1G, speed=2.5G, speed=10G or speed=auto'],
    ['port', 'speed=11T', 'speed=11T: faster than 10T; say speed=100, speed=1G, speed=2.5G, speed=10G or speed=auto'],
    ['port', 'rate=fast', 'rate=fast: an option of the interface, not of a port; say vethcfg set VETH rate=fast'],
    ['aggregator', 'speed=1G', 'speed=1G: an option of a port, not of the interface; say vethcfg set PORT speed=1G'],
  ])('%s %s', (scope, word, message) => {
    expect(refusal(() => parseOptions([word], scope)).message).toBe(message);
  });

  test('an unknown option is answered with all names', () => {
    const { message } = refusal(() => parseOptions(['speeed=1'], 'add'));
    expect(message).toMatch(/^speeed=1: no such option; the options are /);
    for (const { name } of OPTIONS) expect(message).toContain(name);
  });

  test('an option given twice', () => {
    expect(refusal(() => parseOptions(['rate=fast', 'rate=slow'], 'add'))).toMatchObject({
      thing: 'rate=slow',
      value: 'slow',
      repair: 'give it once',
    });
  });

  test('thing, value and repair are apart too, for scripts', () => {
    expect(refusal(() => parseOptions(['rate=quick'], 'add'))).toMatchObject({
      thing: 'rate=quick',
      value: 'quick',
      repair: 'say rate=fast or rate=slow',
    });
  });
});

test('several words of both kinds are sorted on add', () => {
  expect(parseOptions(['rate=fast', 'speed=1G', 'agg_wc=0', 'port-priority=5'], 'add')).toStrictEqual({
    aggregator: { rate: 'fast', agg_wc: false },
    port: { speed: 1000, portPriority: 5 },
  });
});

test('every default, and every value printed, is read back as itself', () => {
  for (const { name, aggregator, port } of OPTIONS) {
    if (aggregator !== undefined) {
      const { aggregator: read } = parseOptions([`${name}=${aggregator.fallback}`], 'aggregator');
      expect(aggregator.print({ ...DEFAULT_AGGREGATOR, ...read })).toBe(aggregator.fallback);
      expect({ ...DEFAULT_AGGREGATOR, ...read }).toStrictEqual(DEFAULT_AGGREGATOR);
    }
    if (port !== undefined) {
      const { port: read } = parseOptions([`${name}=${port.fallback}`], 'port');
      expect({ ...DEFAULT_PORT, ...read }).toStrictEqual(DEFAULT_PORT);
    }
  }
});

test('every setting of an interface and of a port has an option', () => {
  const all = parseOptions(
    OPTIONS.map(({ name, aggregator, port }) => `${name}=${(aggregator ?? port)?.fallback}`),
    'add',
  );
  expect(Object.keys(all.aggregator).sort()).toEqual(Object.keys(DEFAULT_AGGREGATOR).sort());
  // These of the port have the same names as those of the interface.
  expect([...Object.keys(all.port), 'agg_wc', 'key'].sort()).toEqual(Object.keys(DEFAULT_PORT).sort());
});

describe('rules that bind several settings', () => {
  const check = (settings: object, port: object = {}) =>
    checkSettings('veth0', { ...DEFAULT_AGGREGATOR, ...settings }, [
      { name: 'eth0', settings: { ...DEFAULT_PORT, ...port } },
    ]);

  test.each([
    [{}, {}],
    [{ key: 5 }, {}],
    [{ key: 5 }, { agg_wc: true }],
    [{ key: 32, agg_wc: false }, {}],
    [{ agg_wc: false }, {}],
    [{ key: 32 }, { agg_wc: false }],
    [{ minLinks: 2, maxLinks: 2 }, {}],
    [{}, { key: 5 }],
    [{ agg_wc: false }, { key: 5, agg_wc: true }],
    [{ minLinks: 2, fallback: 'all' }, {}],
    [{ lacpVersion: 2, conversationLinks: [{ first: 0, last: 9, links: [1] }], discardWrongConversation: true }, {}],
  ])('%j with port %j fits', (settings, port) => {
    expect(() => check(settings, port)).not.toThrow();
  });

  test.each([
    [
      { conversationLinks: [] },
      {},
      'veth0: conversation-links does not go with lacp-version=1: only version 2 knows conversations; say lacp-version=2, or conversation-links=auto',
    ],
    [
      { discardWrongConversation: true },
      {},
      'veth0: discard-wrong-conversation does not go with lacp-version=1: only version 2 knows conversations; say lacp-version=2, or discard-wrong-conversation=0',
    ],
    [
      { lacpVersion: 2, rebalance: 10 },
      {},
      'veth0: rebalance=10 does not go with lacp-version=2: both ends agree on the link of each conversation; say lacp-version=1, or rebalance=0',
    ],
    [
      { key: 5, agg_wc: false },
      {},
      'veth0: key=5 does not go with agg_wc=0 on veth0: the low four bits carry the speed class; say key=auto, or a multiple of 16 such as key=16',
    ],
    [
      { key: 65535 },
      { agg_wc: false },
      'veth0: key=65535 does not go with agg_wc=0 on eth0: the low four bits carry the speed class; say key=auto, or a multiple of 16 such as key=65520',
    ],
    [
      { agg_wc: false },
      { key: 5 },
      'eth0: key=5 does not go with agg_wc=0 on eth0: the low four bits carry the speed class; say key=auto, or a multiple of 16 such as key=16',
    ],
    [
      { minLinks: 3, maxLinks: 2 },
      {},
      'veth0: min-links=3 can never be reached with max-links=2; say min-links=2, or max-links=3',
    ],
    [
      { mode: 'active-backup', minLinks: 2 },
      {},
      'veth0: min-links=2 can never be reached with mode=active-backup: one port carries; say min-links=1',
    ],
    [
      { mode: 'alias', minLinks: 2 },
      {},
      'veth0: min-links=2 can never be reached with mode=alias: one port carries; say min-links=1',
    ],
    [
      { minLinks: 2, fallback: 'one' },
      {},
      'veth0: fallback=one uses one port, which is never enough for min-links=2; say fallback=all, or min-links=1',
    ],
  ])('%j with port %j is refused', (settings, port, message) => {
    expect(refusal(() => check(settings, port)).message).toBe(message);
  });
});
